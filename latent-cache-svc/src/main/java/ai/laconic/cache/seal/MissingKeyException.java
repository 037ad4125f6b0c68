package ai.laconic.cache.seal;

import ai.laconic.servicekit.error.Problems;
import io.grpc.StatusRuntimeException;

/**
 * Thrown for a value that was encrypted with a key that isn't configured. The value is not damaged:
 * with that key it can be opened.
 */
public final class MissingKeyException extends Exception {
  private static final long serialVersionUID = 1L;

  private final int key;

  MissingKeyException(int key) {
    super("key " + key + " (expected: one that is configured in " + KeyChecks.SETTING + ")");
    this.key = key;
  }

  /** Returns what whoever asked for the value is told: FAILED_PRECONDITION. */
  public StatusRuntimeException problem(String what) {
    return Problems.precondition(
        what, "encrypted with key " + key, "a key that is configured in " + KeyChecks.SETTING);
  }
}
