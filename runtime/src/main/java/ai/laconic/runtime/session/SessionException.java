package ai.laconic.runtime.session;

import org.jspecify.annotations.Nullable;

/** Says that ONNX Runtime could not do what was asked; the caller's arguments were right. */
public final class SessionException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  SessionException(String message) {
    this(message, null);
  }

  SessionException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
