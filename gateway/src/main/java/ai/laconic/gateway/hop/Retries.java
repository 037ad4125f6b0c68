package ai.laconic.gateway.hop;

import io.grpc.Context;
import io.grpc.Deadline;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.Iterator;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.DoubleSupplier;
import java.util.function.Supplier;

/** Makes idempotent calls, once more if the first try got no answer at all. */
public final class Retries {
  private static final Duration NO_DEADLINE = Duration.ofDays(1);

  /** Waits; a test's returns at once. */
  @FunctionalInterface
  public interface Sleeper {
    void sleep(Duration duration) throws InterruptedException;
  }

  private final RetryPolicy policy;
  private final RetryBudget budget;
  private final DoubleSupplier chance;
  private final Sleeper sleeper;

  /**
   * @param properties when and how often
   * @param chance draws from 0 to 1
   * @param sleeper waits between two tries
   */
  public Retries(RetryProperties properties, DoubleSupplier chance, Sleeper sleeper) {
    this.policy = new RetryPolicy(properties.leastDelay(), properties.mostDelay());
    this.budget = new RetryBudget(properties.share(), properties.burst());
    this.chance = chance;
    this.sleeper = sleeper;
  }

  /** Makes a call with one answer. */
  public <T> T call(Supplier<T> call) {
    budget.called();
    for (int tries = 1; ; tries++) {
      try {
        return call.get();
      } catch (StatusRuntimeException e) {
        Optional<Duration> delay =
            policy.delay(e.getStatus().getCode(), tries, left(), chance.getAsDouble());
        if (delay.isEmpty() || !budget.spend()) {
          throw e;
        }
        sleep(delay.get());
      }
    }
  }

  /** Opens a stream of answers and waits for its first; a failure after that one is final. */
  public <T> Iterator<T> stream(Supplier<Iterator<T>> call) {
    return call(
        () -> {
          Iterator<T> answers = call.get();
          boolean unused = answers.hasNext();
          return answers;
        });
  }

  private static Duration left() {
    Deadline deadline = Context.current().getDeadline();
    return deadline == null
        ? NO_DEADLINE
        : Duration.ofNanos(deadline.timeRemaining(TimeUnit.NANOSECONDS));
  }

  private void sleep(Duration delay) {
    try {
      sleeper.sleep(delay);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw Status.CANCELLED
          .withDescription("call: interrupted before its second try")
          .withCause(e)
          .asRuntimeException();
    }
  }
}
