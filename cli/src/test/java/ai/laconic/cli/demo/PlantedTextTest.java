package ai.laconic.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;

import ai.laconic.cli.demo.PlantedText.Planted;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PlantedTextTest {
  private static final List<Double> DEPTHS = List.of(0.3, 0.8);

  @Test
  void needlesStandBetweenParagraphsAndCutNothing() {
    String source = "One.\n\nTwo.\n\nThree, and more.\n\nFour.";
    PlantedText planted = PlantedText.plant(source, DEPTHS, 1);
    String without = planted.text();
    for (Planted needle : planted.needles()) {
      assertThat(planted.text().substring(needle.offset()))
          .startsWith(needle.needle().sentence() + "\n\n");
      without = without.replace(needle.needle().sentence() + "\n\n", "");
    }
    assertThat(planted.text()).contains("One.\n\nTwo.\n\nThe magic number for ");
    assertThat(without).isEqualTo(source);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "no line end", "one\ntwo\nthree", "\n\n"})
  void findPlacesInAnyText(String text) {
    PlantedText planted = PlantedText.plant(text, DEPTHS, 7);
    assertThat(planted.needles()).hasSize(2);
    for (Planted needle : planted.needles()) {
      assertThat(planted.text().substring(needle.offset())).startsWith(needle.needle().sentence());
    }
  }

  @Test
  void areChosenByTheirSeedAndAskForDifferentThings() {
    PlantedText planted = PlantedText.plant("a\n\nb", DEPTHS, 3);
    assertThat(planted).isEqualTo(PlantedText.plant("a\n\nb", DEPTHS, 3));
    assertThat(planted).isNotEqualTo(PlantedText.plant("a\n\nb", DEPTHS, 4));
    assertThat(planted.needles())
        .extracting(needle -> needle.needle().key())
        .doesNotHaveDuplicates();
  }
}
