package ai.laconic.servicekit.call;

import ai.laconic.servicekit.error.Problems;
import io.grpc.StatusRuntimeException;
import java.time.Duration;

/** How far the peer of one stream lags behind its {@link MinDataRate}. Used by one thread. */
final class PeerPace {
  private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

  private final MinDataRate rate;
  private long behindNanos;

  PeerPace(MinDataRate rate) {
    this.rate = rate;
  }

  /** Returns how long it may still be waited for. */
  long leftNanos() {
    return rate.grace().toNanos() - behindNanos;
  }

  /** Notes that it was waited for. */
  void waited(long nanos) {
    behindNanos += nanos;
  }

  /** Notes what it sent or took: time that is made up for. */
  void moved(long bytes) {
    behindNanos = Math.max(0, behindNanos - rate.worthNanos(bytes));
  }

  /**
   * Returns why the call ends.
   *
   * @param what the peer does too slowly, such as "sent too slowly"
   */
  StatusRuntimeException tooSlow(String what) {
    return Problems.exhausted(
        "call",
        what + ": " + rate.grace().toMillis() + " ms behind",
        "at least "
            + rate.bytesPerSecond()
            + "/s on average (laconic.service.min-data-rate); what was stored stays, and the same"
            + " call continues from there",
        RETRY_AFTER);
  }
}
