package ai.laconic.decoder.engine.onnx;

import java.time.Duration;
import java.util.Set;

/**
 * Limits of the scheduler.
 *
 * @param latentWidth numbers in one latent
 * @param prefillChunk most positions appended to one slot in one round
 * @param prefillTime longest that others wait for it between two tokens
 * @param endIds ids that end an answer
 */
public record BatchingSettings(
    int latentWidth, int prefillChunk, Duration prefillTime, Set<Integer> endIds) {
  public BatchingSettings {
    if (prefillChunk < 1) {
      throw new IllegalArgumentException(
          "prefill-chunk: " + prefillChunk + " (expected: 1 or more)");
    }
    if (prefillTime.isNegative() || prefillTime.isZero()) {
      throw new IllegalArgumentException("prefill-time: " + prefillTime + " (expected: above 0)");
    }
    endIds = Set.copyOf(endIds);
  }
}
