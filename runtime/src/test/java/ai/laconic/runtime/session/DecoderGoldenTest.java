package ai.laconic.runtime.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.laconic.runtime.Golden;
import ai.laconic.runtime.model.ModelDirectory;
import org.junit.jupiter.api.Test;

class DecoderGoldenTest {
  @Test
  void continuesTheReferencesPromptsWithItsTokens() throws Exception {
    Golden golden = Golden.load();
    ModelDirectory model = ModelDirectory.open(Golden.checkpoint());
    try (LatentEncoder encoder = LatentEncoder.open(model, Device.CPU, 1);
        DecoderSession decoder = DecoderSession.open(model, Device.CPU, 1, 512, 1)) {
      for (Golden.Prompt prompt : golden.prompts()) {
        decoder.truncate(0, 0);
        float[] logits =
            decoder.append(0, prompt.promptIds(), Prompts.latents(golden, encoder, prompt));
        for (int i = 0; i < prompt.tokens().length; i++) {
          int token = Prompts.best(logits);
          assertThat(token).as("token %d of %s", i, prompt.parts()).isEqualTo(prompt.tokens()[i]);
          assertThat(Prompts.margin(logits)).isCloseTo(prompt.margins()[i], within(1e-3));
          logits = decoder.step(new int[] {0}, new int[] {token})[0];
        }
      }
    }
  }
}
