package ai.laconic.triton.server;

import java.io.IOException;

/** Triton can't be installed or started here; the message says what is missing. */
public final class TritonUnavailableException extends IOException {
  private static final long serialVersionUID = 1;

  TritonUnavailableException(String message) {
    super(message);
  }

  TritonUnavailableException(String message, Throwable cause) {
    super(message, cause);
  }
}
