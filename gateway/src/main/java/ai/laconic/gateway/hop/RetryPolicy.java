package ai.laconic.gateway.hop;

import io.grpc.Status;
import java.time.Duration;
import java.util.Optional;

/**
 * Says whether a failed call is tried again, and after what wait. Only UNAVAILABLE promises that
 * another try may go differently, and only a call of which nothing has been passed on can be
 * repeated unseen; callers ask for nothing else.
 *
 * @param leastDelay shortest wait
 * @param mostDelay longest wait
 */
record RetryPolicy(Duration leastDelay, Duration mostDelay) {
  private static final int MOST_TRIES = 2;

  /**
   * Returns the wait before the next try; empty if there is none.
   *
   * @param code how the call ended
   * @param tries made so far, at least 1
   * @param left time until the caller's deadline
   * @param chance 0 to 1, spreads the waits of many callers
   */
  Optional<Duration> delay(Status.Code code, int tries, Duration left, double chance) {
    if (code != Status.Code.UNAVAILABLE || tries >= MOST_TRIES) {
      return Optional.empty();
    }
    long spread = mostDelay.minus(leastDelay).toNanos();
    Duration delay = leastDelay.plusNanos((long) (spread * chance));
    return delay.compareTo(left) < 0 ? Optional.of(delay) : Optional.empty();
  }
}
