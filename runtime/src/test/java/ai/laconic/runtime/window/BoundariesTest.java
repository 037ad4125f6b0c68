package ai.laconic.runtime.window;

import static org.assertj.core.api.Assertions.assertThat;

import ai.laconic.runtime.tokenizer.TokenizedText;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BoundariesTest {
  /** In the text, {@code ~} is a line feed, {@code ^} a carriage return, {@code |} the position. */
  @ParameterizedTest
  @CsvSource({
    "ab|cd, TOKEN",
    "ab| cd, WORD",
    "ab |cd, TOKEN",
    "Yes.| No, SENTENCE",
    "Yes.|No, TOKEN",
    "3.|14, TOKEN",
    "'\"Yes!\")| No', SENTENCE",
    "はい。|いいえ, SENTENCE",
    "(はい。)|いいえ, SENTENCE",
    "(はい。|)いいえ, TOKEN",
    "はい。 |いいえ, TOKEN",
    "Yes. |No, TOKEN",
    "Yes|.~, TOKEN",
    "Yes.|~, TOKEN",
    "a~|b, LINE",
    "a^~|b, LINE",
    "a^|~b, TOKEN",
    "a^|b, LINE",
    "a~|  b, LINE",
    "a~  |b, TOKEN",
    "a~~|b, PARAGRAPH",
    "a~|~b, TOKEN",
    "a^~^~|b, PARAGRAPH",
    "a~ ~|b, PARAGRAPH",
    "a~~~~|b, PARAGRAPH",
    "a~~b~|c, LINE",
  })
  void sayWhatEndsThere(String marked, String kind) {
    String text = marked.replace('~', '\n').replace('^', '\r');
    int position = text.indexOf('|');
    text = text.replace("|", "");
    int[] starts = IntStream.range(0, text.length()).toArray();
    long[] keys = Boundaries.keys(new TokenizedText(text, new int[starts.length], starts));
    assertThat(keys[position] >>> Boundaries.KIND_SHIFT).isEqualTo(kindOf(kind));
    assertThat(Arrays.stream(keys).min().orElseThrow()).isNotNegative();
  }

  @Test
  void positionsInsideCharactersAreTheWeakest() {
    TokenizedText text = new TokenizedText("🦊🦊", new int[4], new int[] {0, 0, 2, 2});
    assertThat(Arrays.stream(Boundaries.keys(text)).map(key -> key >>> Boundaries.KIND_SHIFT))
        .containsExactly(
            (long) Boundaries.TOKEN,
            (long) Boundaries.INSIDE_CHARACTER,
            (long) Boundaries.TOKEN,
            (long) Boundaries.INSIDE_CHARACTER);
  }

  @Test
  void keysDependOnTheLastSixteenTokens() {
    Random random = new Random(5);
    int[] ids = random.ints(100, 0, 5_000).toArray();
    int[] changed = ids.clone();
    changed[40]++;
    String text = "a".repeat(100);
    int[] starts = IntStream.range(0, 100).toArray();
    long[] before = Boundaries.keys(new TokenizedText(text, ids, starts));
    long[] after = Boundaries.keys(new TokenizedText(text, changed, starts));
    for (int i = 0; i < 100; i++) {
      boolean near = i > 40 && i <= 40 + 16;
      assertThat(before[i] != after[i]).as("key %d", i).isEqualTo(near);
    }
  }

  private static long kindOf(String name) {
    return switch (name) {
      case "TOKEN" -> Boundaries.TOKEN;
      case "WORD" -> Boundaries.WORD;
      case "SENTENCE" -> Boundaries.SENTENCE;
      case "LINE" -> Boundaries.LINE;
      case "PARAGRAPH" -> Boundaries.PARAGRAPH;
      default -> throw new IllegalArgumentException(name);
    };
  }
}
