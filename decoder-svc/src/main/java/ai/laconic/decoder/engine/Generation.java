package ai.laconic.decoder.engine;

/** A generation that was submitted. */
@FunctionalInterface
public interface Generation {
  /**
   * Ends it within one step; its listener fails with CANCELLED. Does nothing once it ended. May be
   * called from any thread.
   */
  void cancel();
}
