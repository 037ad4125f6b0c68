package ai.laconic.decoder.engine.triton;

import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Says when one wait was too long. Its caller holds a lock. */
final class WaitWatch {
  private final ScheduledExecutorService timer;
  private final Duration limit;
  private @Nullable Future<?> alarm;

  WaitWatch(ScheduledExecutorService timer, Duration limit) {
    this.timer = timer;
    this.limit = limit;
  }

  Duration limit() {
    return limit;
  }

  /** Begins a wait, unless one has begun: {@code tooLong} runs if it doesn't end in time. */
  void begin(Runnable tooLong) {
    if (alarm != null) {
      return;
    }
    try {
      alarm = timer.schedule(tooLong, limit.toNanos(), TimeUnit.NANOSECONDS);
    } catch (RejectedExecutionException shuttingDown) {
      // Then the engine closes too, and ends this generation.
      alarm = null;
    }
  }

  void end() {
    if (alarm != null) {
      alarm.cancel(false);
      alarm = null;
    }
  }
}
