package ai.laconic.benchmarks.peer;

import java.io.IOException;

/** A peer can't be installed or run here; the message says what is missing. */
public final class PeerUnavailableException extends IOException {
  private static final long serialVersionUID = 1;

  PeerUnavailableException(String message) {
    super(message);
  }

  PeerUnavailableException(String message, Throwable cause) {
    super(message, cause);
  }
}
