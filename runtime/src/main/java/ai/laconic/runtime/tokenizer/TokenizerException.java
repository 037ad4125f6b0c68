package ai.laconic.runtime.tokenizer;

import java.nio.file.Path;

/** Thrown for a tokenizer file that can't be used; the message says what to mend and where. */
public final class TokenizerException extends Exception {
  /**
   * @param file the file that was read
   * @param field the path of the field inside it, such as {@code decoder.type}
   * @param value what stands there
   * @param expected what should
   */
  public TokenizerException(Path file, String field, String value, String expected) {
    super(file + ": " + field + ": " + value + " (expected: " + expected + ")");
  }

  /** Makes the exception of a file that can't be read or isn't JSON. */
  public TokenizerException(Path file, String expected, Throwable cause) {
    super(file + ": " + cause + " (expected: " + expected + ")", cause);
  }
}
