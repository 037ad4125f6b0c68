package ai.laconic.encoder.span;

/** Whoever asked for a span to be encoded. */
public interface SpanCaller {
  /** Takes the next window, after waiting until it can. */
  void answer(StoredWindow window) throws InterruptedException;

  /** Runs {@code action} once nobody waits for answers any more; at once if that is so already. */
  void onEnd(Runnable action);
}
