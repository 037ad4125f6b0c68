package ai.laconic.cli.evaluate;

import static org.assertj.core.api.Assertions.assertThat;

import ai.laconic.cli.probe.Needle;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class HaystackTest {
  private static final Needle ONE = new Needle("amber", "1234");
  private static final Needle TWO = new Needle("silver lake", "567890");
  private static final String HAY = "One. Two\nthree.\n\nFour.";

  private static String plant(String hay, long seed, Needle... needles) {
    return Haystack.plant(hay, List.of(needles), new SplittableRandom(seed));
  }

  @Test
  void standsAtEndsOfSentencesLinesAndParagraphsAndNowhereElse() {
    String sentence = ONE.sentence();
    assertThat(
            IntStream.range(0, 60)
                .mapToObj(seed -> plant(HAY, seed, ONE))
                .collect(Collectors.toSet()))
        .containsExactlyInAnyOrder(
            "One. " + sentence + " Two\nthree.\n\nFour.",
            "One. Two\n" + sentence + "\nthree.\n\nFour.",
            "One. Two\nthree.\n\n" + sentence + "\n\nFour.");
  }

  @Test
  void hidesAllAndCutsNothing() {
    for (int seed = 0; seed < 30; seed++) {
      String text = plant(HAY, seed, ONE, TWO);
      assertThat(text).containsOnlyOnce(ONE.sentence()).containsOnlyOnce(TWO.sentence());
      String left = text.replace(ONE.sentence(), "").replace(TWO.sentence(), "");
      assertThat(left.replaceAll("\\s", "")).isEqualTo(HAY.replaceAll("\\s", ""));
    }
  }

  @Test
  void findsAPlaceInAnyText() {
    assertThat(Stream.of("", "x", "\n\n", "no end", "a\nb"))
        .allSatisfy(hay -> assertThat(plant(hay, 3, ONE)).contains(ONE.sentence()));
  }
}
