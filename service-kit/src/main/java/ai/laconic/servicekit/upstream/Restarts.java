package ai.laconic.servicekit.upstream;

import ai.laconic.servicekit.error.Problems;
import io.github.resilience4j.core.IntervalFunction;
import io.github.resilience4j.retry.Retry;
import io.github.resilience4j.retry.RetryConfig;
import io.grpc.Context;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * Does idempotent work again from its beginning when it breaks: on another replica, or once the
 * upstream is back. gRPC by itself repeats only calls that got no answer at all.
 *
 * <p>An upstream that is down is waited for as long as the patience lasts. One that is busy has let
 * the work wait already, as long as anyone may: it is asked a few times more. Who asks for a long
 * pause is short of what no waiting here brings, such as room on a disk: the caller is told at
 * once.
 */
public final class Restarts {
  private static final int MOST_BUSY = 3;
  private static final Duration LONGEST_BUSY = Duration.ofSeconds(10);
  private static final IntervalFunction BACKOFF =
      IntervalFunction.ofExponentialRandomBackoff(
          Duration.ofMillis(100), 2, 0.5, Duration.ofSeconds(3));

  private final Duration patience;

  /**
   * @param patience how long is waited in all, between the tries of one piece of work, while the
   *     upstream is down
   */
  public Restarts(Duration patience) {
    if (patience.isNegative()) {
      throw new IllegalArgumentException("patience: " + patience + " (expected: 0 or more)");
    }
    this.patience = patience;
  }

  /**
   * Returns what {@code work} does, however often it takes.
   *
   * @throws StatusRuntimeException the last failure, once trying again can't help or would take
   *     longer than the patience
   */
  public <T> T run(Callable<T> work) throws Exception {
    return run(work, () -> true);
  }

  /**
   * As {@link #run(Callable)}, as long as {@code worthwhile} says at each failure that beginning
   * again makes sense.
   */
  public <T> T run(Callable<T> work, BooleanSupplier worthwhile) throws Exception {
    return retry(worthwhile).executeCallable(work);
  }

  /** As {@link #run(Callable)}, for work that throws nothing checked. */
  public <T> T get(Supplier<T> work) {
    return retry(() -> true).executeSupplier(work);
  }

  private Retry retry(BooleanSupplier worthwhile) {
    Outage outage = new Outage();
    return Retry.of(
        "restarts",
        RetryConfig.custom()
            .maxAttempts(Integer.MAX_VALUE)
            .retryOnException(failure -> worthwhile.getAsBoolean() && outage.survives(failure))
            .intervalBiFunction(
                (attempt, outcome) -> outage.delayMillis(attempt, outcome.getLeft()))
            .build());
  }

  /** What one piece of work has seen of the upstream's trouble. */
  private final class Outage {
    private long waitedMillis;
    private int busy;

    boolean survives(Throwable failure) {
      StatusRuntimeException problem = Problems.of(failure);
      if (Context.current().isCancelled()) {
        return false;
      }
      return isBusy(problem)
          ? ++busy <= MOST_BUSY
          : Problems.isDown(problem.getStatus(), problem.getTrailers())
              && waitedMillis < patience.toMillis();
    }

    long delayMillis(int attempt, Throwable failure) {
      long delay =
          Problems.retryAfter(Problems.of(failure))
              .map(asked -> Math.max(1, asked.toMillis()))
              .orElseGet(() -> BACKOFF.apply(attempt));
      waitedMillis += delay;
      return delay;
    }
  }

  private static boolean isBusy(StatusRuntimeException problem) {
    return problem.getStatus().getCode() == Status.Code.RESOURCE_EXHAUSTED
        && Problems.retryAfter(problem)
            .filter(pause -> pause.compareTo(LONGEST_BUSY) <= 0)
            .isPresent();
  }
}
