package ai.laconic.decoder.prompt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class PromptLimitsTest {
  private final PromptLimits limits = new PromptLimits(100, 30, 1000);

  @Test
  void givesWhatIsAskedForIfItFits() {
    assertThat(limits.maxTokens(40, 60)).isEqualTo(60);
  }

  @Test
  void reducesTheDefaultToWhatFits() {
    assertThat(limits.maxTokens(40, 0)).isEqualTo(30);
    assertThat(limits.maxTokens(80, 0)).isEqualTo(20);
    assertThat(limits.maxTokens(99, 0)).isEqualTo(1);
  }

  @Test
  void refusesAnAnswerThatDoesNotFit() {
    assertThatThrownBy(() -> limits.maxTokens(40, 61))
        .hasMessage(
            "OUT_OF_RANGE: max_tokens: 61 after a prompt of 40 positions"
                + " (expected: at most 60 of 100 positions)");
  }

  @Test
  void refusesAPromptThatLeavesNoRoom() {
    assertThatThrownBy(() -> limits.maxTokens(100, 0))
        .hasMessage(
            "OUT_OF_RANGE: prompt: 100 positions"
                + " (expected: at most 99, and at least 1 for the answer)");
  }

  @Test
  void refusesWhatCannotFitBeforeAnythingIsMadeOfIt() {
    assertThatThrownBy(() -> limits.checkSize(5_000_000_000L, 0))
        .hasMessage(
            "OUT_OF_RANGE: prompt: 5000000000 latents"
                + " (expected: at most 99 positions, text and markers included)");
    assertThatThrownBy(() -> limits.checkSize(0, 1001))
        .hasMessage("OUT_OF_RANGE: prompt: 1001 characters of raw text (expected: at most 1000)");
  }

  @Test
  void namesTheSettingThatIsWrong() {
    assertThatThrownBy(() -> new PromptLimits(100, 0, 1))
        .hasMessage("default-max-tokens: 0 (expected: 1 or more)");
  }
}
