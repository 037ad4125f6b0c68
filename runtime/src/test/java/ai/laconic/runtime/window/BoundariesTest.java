package ai.laconic.runtime.window;

import static org.assertj.core.api.Assertions.assertThat;

import ai.laconic.runtime.tokenizer.TokenizedText;
import ai.laconic.text.Boundary;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BoundariesTest {
  @ParameterizedTest
  @CsvSource({
    "ab|cd, CHARACTER",
    "ab| cd, WORD",
    "Yes.| No, SENTENCE",
    "はい。|いいえ, SENTENCE",
    "'a\n|b', LINE",
    "'a\n\n|b', PARAGRAPH",
  })
  void whatEndsComesFirst(String marked, Boundary boundary) {
    String text = marked.replace("\\n", "\n");
    int position = text.indexOf('|');
    text = text.replace("|", "");
    int[] starts = IntStream.range(0, text.length()).toArray();
    long[] keys = Boundaries.keys(new TokenizedText(text, new int[starts.length], starts));
    assertThat(keys[position] >>> Boundaries.KIND_SHIFT).isEqualTo(Boundaries.strength(boundary));
    assertThat(Arrays.stream(keys).min().orElseThrow()).isNotNegative();
  }

  @Test
  void betterBoundariesAreStronger() {
    assertThat(Arrays.stream(Boundary.values()).map(Boundaries::strength)).isSorted();
  }

  @Test
  void positionsInsideCharactersAreTheWeakest() {
    TokenizedText text = new TokenizedText("🦊🦊", new int[4], new int[] {0, 0, 2, 2});
    assertThat(Arrays.stream(Boundaries.keys(text)).map(key -> key >>> Boundaries.KIND_SHIFT))
        .containsExactly(
            Boundaries.strength(Boundary.CHARACTER),
            Boundaries.strength(Boundary.NONE),
            Boundaries.strength(Boundary.CHARACTER),
            Boundaries.strength(Boundary.NONE));
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
}
