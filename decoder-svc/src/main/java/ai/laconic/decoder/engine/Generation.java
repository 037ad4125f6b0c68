package ai.laconic.decoder.engine;

/** A generation that was admitted. */
public interface Generation {
  /**
   * Ends it within one step; its listener fails with CANCELLED. Does nothing once it ended. May be
   * called from any thread.
   */
  void cancel();

  /** Says that the listener is ready again. May be called from any thread, also for nothing. */
  void resume();
}
