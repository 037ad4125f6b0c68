package ai.laconic.runtime.verify;

import ai.laconic.runtime.latent.LatentRef;
import ai.laconic.runtime.model.ModelDirectory;
import ai.laconic.runtime.model.ModelDirectoryException;
import ai.laconic.runtime.prompt.PromptAssembler;
import ai.laconic.runtime.prompt.PromptPart;
import ai.laconic.runtime.prompt.Role;
import ai.laconic.runtime.prompt.Turn;
import ai.laconic.runtime.session.DecoderSession;
import ai.laconic.runtime.tokenizer.TextTokenizer;
import java.util.List;

/** Sees both parts run on a text of our own; what they compute is compared with nothing. */
final class TrialRun {
  /** Steps of the answer. */
  static final int TOKENS = 8;

  private static final String QUESTION = "Repeat the text above.";

  /** Scripts, an emoji, digits, line breaks; composed, since tokenizers may compose it. */
  private static final String SAMPLE =
      "Light is bent by 3.14 degrees, says na\u00efve \u6f22\u5b57 \ud83d\ude00.\r\n\tEnd";

  private TrialRun() {}

  /** Refuses a tokenizer that doesn't give back what it was given. */
  static void roundTrip(TextTokenizer tokenizer, String location) throws ModelDirectoryException {
    String text = tokenizer.decode(tokenizer.tokenize(SAMPLE).ids());
    if (!text.equals(SAMPLE)) {
      throw new ModelDirectoryException(location, "decoded text", text, SAMPLE);
    }
  }

  /** Returns a text that fills one window. */
  static String window(ModelDirectory model, TextTokenizer tokenizer) {
    int tokens = Math.max(1, tokenizer.tokenize(SAMPLE).length());
    return SAMPLE.repeat(model.windowTokens() / tokens + 1);
  }

  /** Returns the decoder's ids of a prompt over the latents of a window. */
  static int[] prompt(PromptAssembler assembler, LatentRef latents) {
    Turn turn =
        new Turn(
            Role.USER,
            List.of(
                new PromptPart.Latents(List.of(latents)), new PromptPart.Text("\n" + QUESTION)));
    return assembler.assemble(List.of(turn)).ids();
  }

  /** Answers the prompt and turns the answer into text, whatever ids it has. */
  static void answer(
      ModelDirectory model,
      DecoderSession decoder,
      TextTokenizer tokenizer,
      int[] prompt,
      float[] latents)
      throws ModelDirectoryException {
    checkFinite(model, "encoder", "latents", latents);
    Generation generation = new Generation(decoder);
    generation.read(prompt, latents, model.latentWidth());
    int[] answer = new int[TOKENS];
    for (int i = 0; i < TOKENS; i++) {
      if (!generation.isFinite()) {
        throw notFinite(model, "decoder", "logits");
      }
      answer[i] = generation.best();
      generation.append(answer[i]);
    }
    tokenizer.decode(answer);
  }

  private static void checkFinite(
      ModelDirectory model, String part, String values, float[] computed)
      throws ModelDirectoryException {
    for (float value : computed) {
      if (!Float.isFinite(value)) {
        throw notFinite(model, part, values);
      }
    }
  }

  private static ModelDirectoryException notFinite(
      ModelDirectory model, String part, String values) {
    return new ModelDirectoryException(
        model.path().resolve(part).toString(), values, "NaN or infinite", "finite numbers");
  }
}
