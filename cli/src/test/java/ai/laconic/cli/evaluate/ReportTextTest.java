package ai.laconic.cli.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class ReportTextTest {
  private static final Report REPORT =
      new Report(
          "nano-4x",
          "ab".repeat(32),
          4,
          "opticks.txt",
          20_943,
          true,
          1,
          1,
          61.5,
          List.of(
              Row.of("niah", "uuid", 1024, 12).with("exact", 0.75).with("digits", 10.0 / 12),
              Row.of("expand", "one key", 4096, 4).with("positions", 1234.5)),
          List.of("niah single, 65536 tokens, 8 questions: 16896 positions of 8192"));

  @Test
  void isATableForPeople() {
    assertThat(ReportText.markdown(REPORT))
        .isEqualTo(
            """
            nano-4x at 4x (abababababab), on opticks.txt (20,943 tokens), seed 1, quick: 62 s.

            | Measure | Case | Tokens | Samples | Result |
            | --- | --- | ---: | ---: | --- |
            | niah | uuid | 1,024 | 12 | exact 0.750, digits 0.833 |
            | expand | one key | 4,096 | 4 | positions 1,235 |

            Left out, because the decoder's window is too short:
            - niah single, 65536 tokens, 8 questions: 16896 positions of 8192
            """);
  }

  @Test
  void isAnObjectForMachines() {
    JsonNode json = JsonMapper.builder().build().readTree(ReportText.json(REPORT));
    assertThat(json.path("model").stringValue()).isEqualTo("nano-4x");
    assertThat(json.path("quick").booleanValue()).isTrue();
    assertThat(json.path("rows").get(0).path("values").path("digits").doubleValue())
        .isEqualTo(0.8333);
  }

  @Test
  void aPlanScalesAndIsNeverEmpty() {
    Plan tiny = Plan.quick().times(0.001);
    assertThat(tiny.needles()).isNotEmpty().allMatch(size -> size.samples() == 1);
    assertThat(Plan.full().times(2).quote()).containsExactly(new Plan.Size(1024, 96));
  }

  @Test
  void anEvaluationChecksWhatItIsAskedFor() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Evaluation(List.of("niah", "speed"), true, 1, 1))
        .withMessage(
            "--only: speed (expected: of [reconstruction, niah, continuation, quote, expand])");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Evaluation(List.of(), true, 0, 1))
        .withMessage("--samples: 0.0 (expected: above 0, at most 1000)");
    assertThat(new Evaluation(List.of("niah"), false, 1, 1).positions(16)).isEqualTo(4096 + 512);
    assertThat(new Evaluation(List.of(), false, 1, 1).positions(4)).isEqualTo(16_384 + 512);
  }
}
