package ai.laconic.encoder.engine;

import ai.laconic.runtime.model.CompressionRatio;
import ai.laconic.runtime.model.ModelDirectory;

/**
 * What windows and latents of a model look like.
 *
 * @param ratio ids per latent
 * @param windowTokens most ids of a window
 * @param latentWidth numbers of a latent
 * @param vocabularySize ids, from 0
 */
record ModelShape(CompressionRatio ratio, int windowTokens, int latentWidth, int vocabularySize) {
  static ModelShape of(ModelDirectory model) {
    return new ModelShape(
        model.ratio(), model.windowTokens(), model.latentWidth(), model.encoder().vocabularySize());
  }

  /** Refuses what the model wasn't made for. */
  void check(int[] window) {
    if (window.length < 1 || window.length > windowTokens) {
      throw new IllegalArgumentException(
          "window: " + window.length + " ids (expected: 1 to " + windowTokens + ")");
    }
    for (int id : window) {
      if (id < 0 || id >= vocabularySize) {
        throw new IllegalArgumentException(
            "id: " + id + " (expected: 0 to " + (vocabularySize - 1) + ")");
      }
    }
  }

  /** Returns the latents of a window of so many ids. */
  int latentsFor(int ids) {
    return ratio.latentsFor(ids);
  }

  /** Returns the bytes of {@code latents} latents on the wire. */
  long bytes(long latents) {
    return latents * latentWidth * Float.BYTES;
  }
}
