package ai.laconic.runtime.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class Utf8AssemblerTest {
  // Tables 3-8 to 3-11 of the Unicode Standard, ? for U+FFFD.
  @ParameterizedTest
  @CsvSource({
    "c0 af e0 80 bf f0 81 82 41, ????????A",
    "ed a0 80 ed bf bf ed af 41, ????????A",
    "f4 91 92 93 ff 41 80 bf 42, ?????A??B",
    "e1 80 e2 f0 91 92 f1 bf 41, ????A",
    "f5 f8 fe ff, ????",
    "f0 9f 98, ?",
    "61 f1 80 80 e1 80 c2 62 80 63 80 bf 64, a???b?c??d",
  })
  void replacesLongestStartsOnce(String hex, String expected) {
    byte[] bytes = HexFormat.ofDelimiter(" ").parseHex(hex);
    assertThat(assemble(bytes)).isEqualTo(expected.replace('?', '\uFFFD'));
  }

  @Test
  void everyCodePointComesBack() {
    String all =
        IntStream.rangeClosed(0, Character.MAX_CODE_POINT)
            .filter(c -> c < Character.MIN_SURROGATE || c > Character.MAX_SURROGATE)
            .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
            .toString();
    assertThat(assemble(all.getBytes(StandardCharsets.UTF_8)).equals(all)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void whatWasWrittenStaysAndEndsWithACharacter(long seed) {
    Random random = new Random(seed);
    byte[] bytes = new byte[20_000];
    random.nextBytes(bytes);
    Utf8Assembler assembler = new Utf8Assembler();
    StringBuilder out = new StringBuilder();
    for (byte b : bytes) {
      // Few encoded surrogates: Java's own decoder counts those differently.
      assembler.add(b == (byte) 0xed ? (byte) 0xf0 : b, out);
      assertThat(out.isEmpty() || !Character.isHighSurrogate(out.charAt(out.length() - 1)))
          .isTrue();
    }
    assembler.end(out);
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = bytes[i] == (byte) 0xed ? (byte) 0xf0 : bytes[i];
    }
    assertThat(out.toString()).isEqualTo(new String(bytes, StandardCharsets.UTF_8));
  }

  private static String assemble(byte[] bytes) {
    Utf8Assembler assembler = new Utf8Assembler();
    StringBuilder out = new StringBuilder();
    for (byte b : bytes) {
      assembler.add(b, out);
    }
    assembler.end(out);
    return out.toString();
  }
}
