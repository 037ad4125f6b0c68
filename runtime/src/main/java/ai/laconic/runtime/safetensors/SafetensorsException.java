package ai.laconic.runtime.safetensors;

/** Says which file of weights is refused, and why; nothing of the file has been mapped. */
public final class SafetensorsException extends Exception {
  private static final long serialVersionUID = 1L;

  SafetensorsException(String file, String field, Object value, String expected) {
    super(Excerpt.ofFlaw(file, field, value.toString(), expected));
  }
}
