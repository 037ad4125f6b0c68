package ai.laconic.runtime.verify;

import java.util.List;

/**
 * What a reference computes with a model.
 *
 * @param spans texts with their ids and latents
 * @param prompts prompts with their ids and greedy answers
 */
record GoldenVectors(List<Span> spans, List<Prompt> prompts) {
  /** Name of the file in a model's directory. */
  static final String FILE = "golden.json";

  GoldenVectors {
    spans = List.copyOf(spans);
    prompts = List.copyOf(prompts);
  }

  /**
   * A text that is compressed.
   *
   * @param ids encoder's ids, at least one, none special
   * @param latents [ceil(ids / ratio), width], row-major
   */
  @SuppressWarnings("ArrayRecordComponent")
  record Span(String text, int[] ids, float[] latents) {}

  /**
   * A piece of a prompt.
   *
   * @param compressed whether it stands in the prompt as latents
   */
  record Part(String text, boolean compressed) {}

  /**
   * One user turn and its greedy answer.
   *
   * @param ids decoder's ids of the whole prompt, with a placeholder for each latent
   * @param tokens ids of the answer, at least one
   * @param margins for each token the distance of its logit to the second best
   */
  @SuppressWarnings("ArrayRecordComponent")
  record Prompt(List<Part> parts, int[] ids, int[] tokens, double[] margins) {
    Prompt {
      parts = List.copyOf(parts);
    }

    /** Returns the positions that prompt and answer take in the decoder. */
    int positions() {
      return ids.length + tokens.length;
    }
  }
}
