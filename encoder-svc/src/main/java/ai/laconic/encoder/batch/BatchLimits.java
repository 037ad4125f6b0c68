package ai.laconic.encoder.batch;

import java.time.Duration;

/**
 * Bounds of batches and of what waits for them.
 *
 * @param maxTokens most tokens of a batch, padding included: rows times the longest row
 * @param maxWait longest that a window waits for others to share its batch
 * @param queueTokens most tokens of all jobs together, waiting or being encoded
 */
public record BatchLimits(int maxTokens, Duration maxWait, long queueTokens) {
  public BatchLimits {
    if (maxTokens < 1) {
      throw new IllegalArgumentException(
          "batch.max-tokens: " + maxTokens + " (expected: 1 or more)");
    }
    if (maxWait.isNegative()) {
      throw new IllegalArgumentException("batch.max-wait: " + maxWait + " (expected: 0 or more)");
    }
    // Less, and a call that keeps one batch running and one waiting would never be admitted.
    if (queueTokens < 2L * maxTokens) {
      throw new IllegalArgumentException(
          "queue.max-tokens: "
              + queueTokens
              + " (expected: at least twice batch.max-tokens, "
              + 2L * maxTokens
              + ")");
    }
  }
}
