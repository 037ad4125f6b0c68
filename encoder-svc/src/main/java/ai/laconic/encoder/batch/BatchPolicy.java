package ai.laconic.encoder.batch;

import java.time.Duration;
import java.util.Arrays;

/**
 * Says which waiting windows form the next batch, and when.
 *
 * @param maxTokens most tokens of a batch, padding included: rows times the longest row. A single
 *     window may have more
 * @param maxWait longest that a window waits for others to share its batch
 */
public record BatchPolicy(int maxTokens, Duration maxWait) {
  // At most one token in so many of a batch is padding.
  private static final int PADDING_SHARE = 4;

  public BatchPolicy {
    if (maxTokens < 1) {
      throw new IllegalArgumentException(
          "batch.max-tokens: " + maxTokens + " (expected: 1 or more)");
    }
    if (maxWait.isNegative()) {
      throw new IllegalArgumentException("batch.max-wait: " + maxWait + " (expected: 0 or more)");
    }
  }

  /**
   * Chooses the windows of one batch.
   *
   * <p>The first always goes. Each one after it joins if the batch then is within {@link
   * #maxTokens} and no more than a quarter of it is padding, so windows of similar length come
   * together.
   *
   * @param lengths tokens of the waiting windows in order of turn, at least one
   * @return ascending positions in {@code lengths}, the first of them 0
   */
  int[] choose(int[] lengths) {
    int[] chosen = new int[lengths.length];
    int rows = 1;
    int longest = lengths[0];
    long tokens = longest;
    for (int i = 1; i < lengths.length; i++) {
      int longestThen = Math.max(longest, lengths[i]);
      long padded = (rows + 1L) * longestThen;
      long padding = padded - tokens - lengths[i];
      if (padded <= maxTokens && padding * PADDING_SHARE <= padded) {
        chosen[rows++] = i;
        longest = longestThen;
        tokens += lengths[i];
      }
    }
    return Arrays.copyOf(chosen, rows);
  }

  /**
   * Returns how long to wait before the next batch: not at all once one is full or the oldest
   * window has waited long enough.
   *
   * @param waitingTokens tokens of all waiting windows
   * @param oldestNanos how long the oldest of them has waited
   * @return nanoseconds, 0 for now
   */
  long waitNanos(long waitingTokens, long oldestNanos) {
    return waitingTokens >= maxTokens ? 0 : Math.max(0, maxWait.toNanos() - oldestNanos);
  }
}
