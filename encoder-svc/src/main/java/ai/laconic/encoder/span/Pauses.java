package ai.laconic.encoder.span;

import ai.laconic.servicekit.error.Problems;
import io.grpc.Context;
import java.time.Duration;
import java.util.concurrent.Future;

/** Pauses between two looks at what others make: short at first, and again after each success. */
final class Pauses {
  private static final Duration FIRST = Duration.ofMillis(20);
  private static final Duration LONGEST = Duration.ofMillis(500);

  private final Timing timing;
  private Duration next = FIRST;

  Pauses(Timing timing) {
    this.timing = timing;
  }

  /**
   * Pauses.
   *
   * @param progress whether something has happened since the last one
   * @param news ends the pause
   * @throws io.grpc.StatusRuntimeException if the call has ended
   */
  void next(boolean progress, Future<?> news) throws InterruptedException {
    if (progress) {
      next = FIRST;
    }
    boolean told = timing.await(news, next);
    if (Context.current().isCancelled()) {
      throw Problems.ended(Context.current(), "while another encoder made its latents");
    }
    if (!told) {
      Duration doubled = next.multipliedBy(2);
      next = doubled.compareTo(LONGEST) < 0 ? doubled : LONGEST;
    }
  }
}
