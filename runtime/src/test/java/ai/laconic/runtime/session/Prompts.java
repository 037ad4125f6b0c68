package ai.laconic.runtime.session;

import ai.laconic.runtime.Golden;

/** Golden prompts as a session reads them. */
final class Prompts {
  private Prompts() {}

  /** Encodes the spans of a prompt, one behind the other. */
  static float[] latents(Golden golden, LatentEncoder encoder, Golden.Prompt prompt) {
    float[][] spans =
        prompt.parts().stream()
            .filter(Golden.Part::compressed)
            .map(part -> LatentEncoderTest.encodeSpan(encoder, golden.span(part.text()).ids()))
            .toArray(float[][]::new);
    return LatentEncoderTest.flat(spans);
  }

  /** Returns the id with the largest logit. */
  static int best(float[] logits) {
    int best = 0;
    for (int i = 1; i < logits.length; i++) {
      if (logits[i] > logits[best]) {
        best = i;
      }
    }
    return best;
  }

  /** Returns the distance of the largest logit to the second. */
  static double margin(float[] logits) {
    int best = best(logits);
    double second = Double.NEGATIVE_INFINITY;
    for (int i = 0; i < logits.length; i++) {
      if (i != best) {
        second = Math.max(second, logits[i]);
      }
    }
    return logits[best] - second;
  }
}
