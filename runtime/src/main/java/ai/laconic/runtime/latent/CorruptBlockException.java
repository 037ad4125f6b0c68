package ai.laconic.runtime.latent;

/** Thrown for bytes that are no latent block, or one that was damaged; says which field and why. */
public final class CorruptBlockException extends Exception {
  public CorruptBlockException(String message) {
    super(message);
  }

  CorruptBlockException(IllegalArgumentException cause) {
    super(cause.getMessage(), cause);
  }
}
