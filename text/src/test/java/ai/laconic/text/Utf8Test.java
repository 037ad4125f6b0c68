package ai.laconic.text;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;

class Utf8Test {
  /** Against what Java writes, over all of Unicode. */
  @Test
  void countsWhatJavaWrites() {
    Random random = new Random(8);
    for (int round = 0; round < 2_000; round++) {
      String before = random(random);
      String part = random(random);
      String text = before + part + random(random);
      assertThat(Utf8.bytes(text, before.length(), before.length() + part.length()))
          .as(part)
          .isEqualTo(part.getBytes(UTF_8).length);
    }
  }

  private static String random(Random random) {
    return random
        .ints(random.nextInt(9), 0, Character.MAX_CODE_POINT + 1)
        .map(c -> random.nextBoolean() ? c : c % 0x3000)
        .filter(c -> c < Character.MIN_SURROGATE || c > Character.MAX_SURROGATE)
        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
        .toString();
  }
}
