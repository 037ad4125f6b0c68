package ai.laconic.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PlantedTextTest {
  @Test
  void standsBetweenParagraphsAndCutsNothing() {
    PlantedText planted = PlantedText.plant("One.\n\nTwo.\n\nThree.", 0.3, 1);
    String sentence = planted.text().substring(planted.offset()).lines().findFirst().orElseThrow();

    assertThat(sentence)
        .isEqualTo("The magic number for " + planted.key() + " is " + planted.number() + ".");
    assertThat(planted.text().replace(sentence + "\n\n", "")).isEqualTo("One.\n\nTwo.\n\nThree.");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "no line end", "one\ntwo\nthree", "\n\n"})
  void findsAPlaceInAnyText(String text) {
    PlantedText planted = PlantedText.plant(text, 0.4, 7);
    assertThat(planted.text()).contains(planted.number());
    assertThat(planted.question()).contains(planted.key());
  }

  @Test
  void isChosenByItsSeed() {
    assertThat(PlantedText.plant("a\n\nb", 0.5, 3)).isEqualTo(PlantedText.plant("a\n\nb", 0.5, 3));
    assertThat(PlantedText.plant("a\n\nb", 0.5, 3).number())
        .isNotEqualTo(PlantedText.plant("a\n\nb", 0.5, 4).number());
  }
}
