package ai.laconic.cache.seal;

/** Thrown for a value that is not what was sealed, or was sealed for another place or owner. */
public final class BrokenSealException extends Exception {
  BrokenSealException(String message) {
    super(message);
  }
}
