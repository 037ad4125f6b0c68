package ai.laconic.servicekit;

import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Does something again and again, on a daemon thread of its own, until it is closed. */
public final class PeriodicTask implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(PeriodicTask.class);

  private final String name;
  private final ScheduledExecutorService thread;

  /** What is done. */
  @FunctionalInterface
  public interface Step {
    void run() throws Exception;
  }

  /**
   * @param name of the thread, and in the log
   * @param pause before the first time, and between two
   */
  public PeriodicTask(String name, Duration pause, Step step) {
    this.name = name;
    this.thread =
        Executors.newSingleThreadScheduledExecutor(
            task -> {
              Thread daemon = new Thread(task, name);
              daemon.setDaemon(true);
              return daemon;
            });
    thread.scheduleWithFixedDelay(
        () -> run(step), pause.toMillis(), pause.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** A failure is no reason to end: what was missing may be back at the next time. */
  private void run(Step step) {
    try {
      step.run();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (Exception e) {
      log.warn("{}: {}", name, e.toString());
    }
  }

  @Override
  public void close() {
    thread.shutdownNow();
  }
}
