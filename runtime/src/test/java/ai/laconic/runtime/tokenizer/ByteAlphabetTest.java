package ai.laconic.runtime.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ByteAlphabetTest {
  @Test
  void knownLetters() {
    assertThat(ByteAlphabet.letter(' ')).isEqualTo('Ġ');
    assertThat(ByteAlphabet.letter('\n')).isEqualTo('Ċ');
    assertThat(ByteAlphabet.letter('!')).isEqualTo('!');
    assertThat(ByteAlphabet.letter(0xff)).isEqualTo('ÿ');
    assertThat(ByteAlphabet.letter(0xad)).isEqualTo('Ń');
  }

  @Test
  void everyByteComesBack() {
    StringBuilder token = new StringBuilder();
    for (int b = 0; b < 256; b++) {
      token.append(ByteAlphabet.letter(b));
    }
    byte[] bytes = ByteAlphabet.bytesOf(token.toString());
    for (int b = 0; b < 256; b++) {
      assertThat(bytes[b]).isEqualTo((byte) b);
    }
  }

  @Test
  void otherLettersStandForThemselves() {
    assertThat(ByteAlphabet.bytesOf("a日")).isEqualTo(new byte[] {'a', -26, -105, -91});
    assertThat(ByteAlphabet.bytesOf("a b")).isEqualTo(new byte[] {'a', ' ', 'b'});
  }
}
