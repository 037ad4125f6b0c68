package ai.laconic.cli.evaluate;

import static org.assertj.core.api.Assertions.assertThat;

import ai.laconic.cli.evaluate.TriageAnswer.Expand;
import ai.laconic.cli.evaluate.TriageAnswer.Final;
import ai.laconic.cli.evaluate.TriageAnswer.Malformed;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TriageAnswerTest {
  @Test
  void readsChunks() {
    assertThat(TriageAnswer.of("EXPAND: 3", 16)).isEqualTo(new Expand(List.of(3)));
    assertThat(TriageAnswer.of(" EXPAND: 3, 7, 16\n", 16)).isEqualTo(new Expand(List.of(3, 7, 16)));
  }

  @Test
  void readsAnAnswerAsItIs() {
    assertThat(TriageAnswer.of("ANSWER: The magic number for a is 1.", 16))
        .isEqualTo(new Final("The magic number for a is 1."));
    assertThat(TriageAnswer.of("ANSWER: EXPAND: 1", 16)).isEqualTo(new Final("EXPAND: 1"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "EXPAND:",
        "EXPAND: ",
        "EXPAND: 0",
        "EXPAND: 17",
        "EXPAND: 3,7",
        "EXPAND: 3, 3",
        "EXPAND: -3",
        "EXPAND: 3, ",
        "EXPAND: 3 and 7",
        "EXPAND: 99999999999",
        "expand: 3",
        "ANSWER",
        "The magic number for a is 1."
      })
  void everythingElseIsMalformed(String answer) {
    assertThat(TriageAnswer.of(answer, 16)).isEqualTo(new Malformed());
  }
}
