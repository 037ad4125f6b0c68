package ai.laconic.runtime.model;

import ai.laconic.runtime.safetensors.Excerpt;

/**
 * Says why a directory can't be served: which file, which field in it, what stands there and what
 * was expected. Everything that is wrong with a checkpoint is found on opening and reported so.
 */
public final class ModelDirectoryException extends Exception {
  private static final long serialVersionUID = 1L;

  private final String file;
  private final String field;
  private final String value;
  private final String expected;

  /**
   * Describes one flaw.
   *
   * @param file path relative to the directory, with {@code /}
   * @param field name of the field or tensor; empty when the file itself is the flaw
   * @param value what stands there
   * @param expected what would have been accepted
   */
  public ModelDirectoryException(String file, String field, String value, String expected) {
    super(
        file
            + (field.isEmpty() ? "" : ": " + Excerpt.of(field))
            + ": "
            + Excerpt.of(value)
            + " (expected: "
            + Excerpt.of(expected)
            + ")");
    this.file = file;
    this.field = Excerpt.of(field);
    this.value = Excerpt.of(value);
    this.expected = Excerpt.of(expected);
  }

  /** Returns the file, relative to the model's directory. */
  public String file() {
    return file;
  }

  /** Returns the field or tensor; empty when the file itself is the flaw. */
  public String field() {
    return field;
  }

  /** Returns what stands there. */
  public String value() {
    return value;
  }

  /** Returns what would have been accepted. */
  public String expected() {
    return expected;
  }
}
