package ai.laconic.decoder.engine.onnx;

import java.util.Set;

/**
 * Limits of the scheduler.
 *
 * @param latentWidth numbers in one latent
 * @param prefillChunk most ids appended to one slot in one round
 * @param endIds ids that end an answer
 */
public record BatchingSettings(int latentWidth, int prefillChunk, Set<Integer> endIds) {
  public BatchingSettings {
    if (prefillChunk < 1) {
      throw new IllegalArgumentException(
          "prefill-chunk: " + prefillChunk + " (expected: 1 or more)");
    }
    endIds = Set.copyOf(endIds);
  }
}
