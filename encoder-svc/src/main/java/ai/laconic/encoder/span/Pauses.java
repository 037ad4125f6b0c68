package ai.laconic.encoder.span;

import ai.laconic.servicekit.error.Problems;
import io.grpc.Context;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Pauses between two looks at what others make: short at first, and again after each success. */
final class Pauses {
  private static final Duration FIRST = Duration.ofMillis(20);
  private static final Duration LONGEST = Duration.ofMillis(500);

  private Duration next = FIRST;

  private Pauses() {}

  static Pauses growing() {
    return new Pauses();
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
    try {
      news.get(next.toMillis(), TimeUnit.MILLISECONDS);
      return;
    } catch (TimeoutException nothingNew) {
      // Others may have news that aren't told here.
    } catch (ExecutionException e) {
      throw new IllegalStateException("a window was let go of with a failure", e);
    }
    if (Context.current().isCancelled()) {
      throw Problems.ended(Context.current(), "while another encoder made its latents");
    }
    Duration doubled = next.multipliedBy(2);
    next = doubled.compareTo(LONGEST) < 0 ? doubled : LONGEST;
  }
}
