package ai.laconic.cli.evaluate;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.function.Supplier;

/**
 * Comes back when the system is full, as it asks its clients to: an evaluation of an hour is not
 * lost to one full queue.
 *
 * @param tries at most, the first included
 * @param pause between two tries
 */
record Patience(int tries, Duration pause) {
  static final Patience DEFAULT = new Patience(20, Duration.ofMillis(500));

  /**
   * Returns what the call returns.
   *
   * @throws StatusRuntimeException RESOURCE_EXHAUSTED from the last try, any other from the first
   */
  <T> T call(Supplier<T> call) throws InterruptedException {
    for (int left = tries - 1; ; left--) {
      try {
        return call.get();
      } catch (StatusRuntimeException e) {
        if (left == 0 || e.getStatus().getCode() != Status.Code.RESOURCE_EXHAUSTED) {
          throw e;
        }
        Thread.sleep(pause.toMillis());
      }
    }
  }
}
