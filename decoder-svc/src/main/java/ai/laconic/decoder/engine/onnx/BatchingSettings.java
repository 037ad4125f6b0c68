package ai.laconic.decoder.engine.onnx;

import java.time.Duration;
import java.util.Set;

/**
 * Limits of the scheduler.
 *
 * @param latentWidth numbers in one latent
 * @param prefillChunk most ids appended to one slot in one round
 * @param queueLimit most generations that wait for a slot
 * @param pauseLimit how long a listener may take nothing while it holds a slot
 * @param endIds ids that end an answer
 */
public record BatchingSettings(
    int latentWidth, int prefillChunk, int queueLimit, Duration pauseLimit, Set<Integer> endIds) {
  public BatchingSettings {
    if (prefillChunk < 1) {
      throw new IllegalArgumentException(
          "prefill-chunk: " + prefillChunk + " (expected: 1 or more)");
    }
    if (queueLimit < 1) {
      throw new IllegalArgumentException("queue-limit: " + queueLimit + " (expected: 1 or more)");
    }
    if (pauseLimit.isNegative() || pauseLimit.isZero()) {
      throw new IllegalArgumentException("pause-limit: " + pauseLimit + " (expected: above 0)");
    }
    endIds = Set.copyOf(endIds);
  }
}
