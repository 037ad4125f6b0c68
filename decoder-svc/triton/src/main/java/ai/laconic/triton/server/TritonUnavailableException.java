package ai.laconic.triton.server;

/** Triton can't be installed or started here; the message says what is missing. */
public final class TritonUnavailableException extends Exception {
  private static final long serialVersionUID = 1;

  TritonUnavailableException(String message) {
    super(message);
  }

  TritonUnavailableException(String message, Throwable cause) {
    super(message, cause);
  }
}
