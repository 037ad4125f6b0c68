package ai.laconic.runtime.window;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import ai.laconic.runtime.tokenizer.TokenizedText;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ContentDefinedWindowsTest {
  private static final WindowPolicy POLICY = WindowPolicy.contentDefined(128, 256);

  @ParameterizedTest
  @CsvSource({"1, 1", "1, 7", "64, 64", "100, 256", "128, 256", "255, 256", "5000, 9000"})
  void windowsFollowEachOtherWithinBounds(int min, int max) {
    WindowPolicy policy = WindowPolicy.contentDefined(min, max);
    Random random = new Random(min * 31L + max);
    for (int words : new int[] {0, 1, 2, 63, 64, 65, 300, 5_000}) {
      TokenizedText text = ToyTokens.of(ToyTokens.prose(random, words));
      List<Window> windows = policy.cut(text);
      int position = 0;
      for (Window window : windows) {
        assertThat(window.start()).isEqualTo(position);
        assertThat(window.length()).isLessThanOrEqualTo(max);
        position = window.end();
        if (position < text.length()) {
          assertThat(window.length()).isGreaterThanOrEqualTo(min);
        }
      }
      assertThat(position).isEqualTo(text.length());
      assertThat(policy.cut(text)).isEqualTo(windows);
    }
  }

  @Test
  void windowsAreFilledWellAboveHalf() {
    TokenizedText text = ToyTokens.of(ToyTokens.prose(new Random(3), 30_000));
    double mean = (double) text.length() / POLICY.cut(text).size();
    assertThat(mean).isBetween(0.70 * 256, 0.80 * 256);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void anEditChangesTheWindowsItTouchesAndFewMore(long seed) {
    Random random = new Random(seed);
    String text = ToyTokens.prose(random, 12_000);
    Set<List<Integer>> before = contents(text);
    int changed = 0;
    int edits = 12;
    for (int i = 0; i < edits; i++) {
      int from = random.nextInt(text.length());
      int to = Math.min(text.length(), from + random.nextInt(200));
      String inserted = ToyTokens.prose(random, random.nextInt(40));
      Set<List<Integer>> after = contents(text.substring(0, from) + inserted + text.substring(to));
      after.removeAll(before);
      assertThat(after).hasSizeLessThan(25);
      changed += after.size();
    }
    assertThat((double) changed / edits).isBetween(0.5, 3.0);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void theSameTextAfterAnythingIsSoonCutTheSame(long seed) {
    Random random = new Random(seed);
    String shared = ToyTokens.prose(random, 12_000);
    String prefix = ToyTokens.prose(random, 1 + random.nextInt(3_000));
    Set<List<Integer>> alone = contents(shared);
    Set<List<Integer>> after = contents(prefix + "\n\n" + shared);
    int all = alone.size();
    alone.removeAll(after);
    assertThat(alone).hasSizeLessThan(25);
    assertThat(all).isGreaterThan(60);
  }

  @Test
  void prefersParagraphsToLinesToSentencesToWords() {
    String words = " word".repeat(99);
    assertThat(firstCut(words + ".\n\nA" + words + ".\nB" + words)).isEqualTo("A");
    assertThat(firstCut(words + ".\r\n\r\nA" + words + ".\nB" + words)).isEqualTo("A");
    assertThat(firstCut(words + ". A." + words + "\nB" + words)).isEqualTo("B");
    assertThat(firstCut(words + "-a-a" + words + ". B" + words)).isEqualTo(" B");
    assertThat(firstCut("a-".repeat(50) + " b" + "-a".repeat(200))).isEqualTo(" b");
  }

  @Test
  void leavesCharactersWhole() {
    // Four tokens for each character, as byte-level vocabularies have for a fox.
    int[] starts = IntStream.range(0, 4_000).map(i -> i / 4 * 2).toArray();
    TokenizedText foxes = new TokenizedText("🦊".repeat(1_000), new int[4_000], starts);
    for (Window window : POLICY.cut(foxes)) {
      assertThat(window.start() % 4).isZero();
    }
  }

  @Test
  void monotonousTextMakesLongWindowsAlike() {
    TokenizedText text = ToyTokens.of(" a".repeat(256 * 10));
    // The first tokens have less before them than the rest.
    assertThat(new HashSet<>(contentsList(text))).hasSizeLessThanOrEqualTo(2);
    assertThat(POLICY.cut(text)).hasSize(10);
  }

  @Test
  void refusesBoundsThatAreNone() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> WindowPolicy.contentDefined(0, 4))
        .withMessage("minTokens: 0 (expected: at least 1)");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> WindowPolicy.contentDefined(5, 4))
        .withMessage("maxTokens: 4 (expected: at least minTokens, 5)");
  }

  private static String firstCut(String text) {
    TokenizedText tokens = ToyTokens.of(text);
    Window second = WindowPolicy.contentDefined(50, 250).cut(tokens).get(1);
    int start = tokens.starts()[second.start()];
    int end = tokens.starts()[second.start() + 1];
    return text.substring(start, end);
  }

  private static Set<List<Integer>> contents(String text) {
    return new HashSet<>(contentsList(ToyTokens.of(text)));
  }

  private static List<List<Integer>> contentsList(TokenizedText text) {
    return POLICY.cut(text).stream()
        .map(window -> Arrays.stream(window.idsOf(text)).boxed().toList())
        .toList();
  }
}
