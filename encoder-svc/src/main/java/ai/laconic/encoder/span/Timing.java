package ai.laconic.encoder.span;

import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** The time that passes while calls wait for one another. */
interface Timing {
  /** That of the machine. */
  Timing REAL =
      new Timing() {
        @Override
        public long nanoTime() {
          return System.nanoTime();
        }

        @Override
        public boolean await(Future<?> news, Duration longest) throws InterruptedException {
          try {
            Object unused = news.get(longest.toMillis(), TimeUnit.MILLISECONDS);
            return true;
          } catch (TimeoutException e) {
            return false;
          } catch (ExecutionException e) {
            throw new IllegalStateException("a window was let go of with a failure", e);
          }
        }
      };

  /** Returns a monotonic time, as {@link System#nanoTime}. */
  long nanoTime();

  /**
   * Waits.
   *
   * @return whether {@code news} came before {@code longest} was over
   */
  boolean await(Future<?> news, Duration longest) throws InterruptedException;
}
