package ai.laconic.encoder.span;

import java.time.Duration;

/** Whoever asked for a span to be encoded. */
public interface SpanCaller {
  /** Takes the next window, after waiting until it can. */
  void answer(StoredWindow window) throws InterruptedException;

  /** As {@link #answer}, but doesn't wait for longer than {@code patience}. Says if it could. */
  boolean offer(StoredWindow window, Duration patience) throws InterruptedException;

  /** Runs {@code action} once nobody waits for answers any more; at once if that is so already. */
  void onEnd(Runnable action);
}
