package ai.laconic.runtime.safetensors;

/** Says which file of weights is refused, and why; nothing of the file has been mapped. */
public final class SafetensorsException extends Exception {
  private static final long serialVersionUID = 1L;

  private final String file;
  private final String field;
  private final String value;
  private final String expected;

  SafetensorsException(String file, String field, Object value, String expected) {
    super(
        file
            + (field.isEmpty() ? "" : ": " + Excerpt.of(field))
            + ": "
            + Excerpt.of(value.toString())
            + " (expected: "
            + Excerpt.of(expected)
            + ")");
    this.file = file;
    this.field = Excerpt.of(field);
    this.value = Excerpt.of(value.toString());
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
