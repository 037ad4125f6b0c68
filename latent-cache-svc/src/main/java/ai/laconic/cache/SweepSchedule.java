package ai.laconic.cache;

import ai.laconic.cache.context.Sweeper;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Sweeps again and again, on a thread of its own. */
final class SweepSchedule implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(SweepSchedule.class);

  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread sweeping = new Thread(task, "cache-sweeper");
            sweeping.setDaemon(true);
            return sweeping;
          });

  /**
   * @param pause between two sweeps
   */
  SweepSchedule(Sweeper sweeper, Duration pause) {
    thread.scheduleWithFixedDelay(
        () -> sweep(sweeper), pause.toMillis(), pause.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** A failure is no reason to end: the store may be back at the next time. */
  private static void sweep(Sweeper sweeper) {
    try {
      sweeper.sweep();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException e) {
      log.warn("sweep: {}", e.toString());
    }
  }

  @Override
  public void close() {
    thread.shutdownNow();
  }
}
