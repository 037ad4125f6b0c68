package ai.laconic.runtime.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class IncrementalDetokenizerTest {
  private static TextTokenizer tokenizer;

  @BeforeAll
  static void open() throws TokenizerException {
    tokenizer = TokenizerFixture.decoder();
  }

  @AfterAll
  static void close() {
    tokenizer.close();
  }

  @Test
  void waitsForWholeCharacters() {
    int[] fox = tokenizer.tokenize("🦊").ids();
    assertThat(fox).hasSize(4);
    IncrementalDetokenizer detokenizer = tokenizer.detokenizer();
    assertThat(detokenizer.push(fox[0])).isEmpty();
    assertThat(detokenizer.push(fox[1])).isEmpty();
    assertThat(detokenizer.push(fox[2])).isEmpty();
    assertThat(detokenizer.push(fox[3])).isEqualTo("🦊");
    assertThat(detokenizer.flush()).isEmpty();
  }

  @Test
  void replacesBytesOnceTheyCannotBeCompleted() {
    int[] fox = tokenizer.tokenize("🦊").ids();
    int a = tokenizer.tokenize("a").ids()[0];
    IncrementalDetokenizer detokenizer = tokenizer.detokenizer();
    assertThat(detokenizer.push(fox[0])).isEmpty();
    assertThat(detokenizer.push(a)).isEqualTo("\uFFFDa");
    assertThat(detokenizer.push(fox[1])).isEqualTo("\uFFFD");
    assertThat(detokenizer.push(fox[0])).isEmpty();
    assertThat(detokenizer.flush()).isEqualTo("\uFFFD");
    assertThat(detokenizer.flush()).isEmpty();
  }

  @Test
  void joinedPiecesAreTheReferencesTextAndEndWithCharacters() {
    for (JsonNode prompt : TokenizerFixture.golden().path("prompts")) {
      IncrementalDetokenizer detokenizer = tokenizer.detokenizer();
      StringBuilder text = new StringBuilder();
      for (int id : TokenizerFixture.ints(prompt.path("tokens"))) {
        String piece = detokenizer.push(id);
        if (!piece.isEmpty()) {
          assertThat(Character.isHighSurrogate(piece.charAt(piece.length() - 1))).isFalse();
        }
        text.append(piece);
      }
      text.append(detokenizer.flush());
      assertThat(text.toString()).isEqualTo(prompt.path("text").stringValue());
    }
  }
}
