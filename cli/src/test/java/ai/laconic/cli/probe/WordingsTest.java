package ai.laconic.cli.probe;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class WordingsTest {
  @Test
  void areTheSentencesOfTheTrainer() throws Exception {
    Path bundled =
        Path.of(Objects.requireNonNull(Wordings.class.getResource("wordings.json")).toURI());

    assertThat(Path.of("../models/lclm/wordings.json"))
        .content()
        .isEqualTo(Files.readString(bundled));
  }

  @Test
  void holdWhatTheyAreAbout() {
    assertThat(Wordings.REPEAT).isEqualTo("Repeat the text above.");
    assertThat(Wordings.CONTINUE).isEqualTo("Continue the text above.");
    assertThat(Wordings.needle("amber", "4711")).isEqualTo("The magic number for amber is 4711.");
    assertThat(Wordings.question("amber")).isEqualTo("What is the magic number for amber?");
    assertThat(Wordings.questions("amber", "jade"))
        .isEqualTo("What are the magic numbers for amber and jade?");
    assertThat(Wordings.quote("prism")).isEqualTo("Quote the line that mentions prism.");
    assertThat(Wordings.triage("What?")).isEqualTo("Expand what you need, then answer: What?");
    assertThat(Wordings.chunk(12)).isEqualTo("[12] ");
    assertThat(Wordings.EXPAND).isEqualTo("EXPAND: ");
    assertThat(Wordings.ANSWER).isEqualTo("ANSWER: ");
  }

  @Test
  void leaveAWordAsItIs() {
    assertThat(Wordings.needle("{digits} $1", "42"))
        .isEqualTo("The magic number for {digits} $1 is 42.");
  }
}
