package ai.laconic.runtime.safetensors;

/** Text from a file that nobody vouches for, made fit for a line of a message or a log. */
public final class Excerpt {
  private static final int LENGTH = 120;

  private Excerpt() {}

  /** Returns the text's beginning, with question marks for control characters. */
  public static String of(String text) {
    String start = text.length() <= LENGTH ? text : text.substring(0, LENGTH) + "...";
    return start.replaceAll("\\p{Cntrl}", "?");
  }

  /**
   * Returns what is wrong with a file, in one line.
   *
   * @param file path relative to the model's directory, with {@code /}
   * @param field name of the field or tensor; empty when the file itself is the flaw
   * @param value what stands there
   * @param expected what would have been accepted
   */
  public static String ofFlaw(String file, String field, String value, String expected) {
    String place = field.isEmpty() ? file : file + ": " + of(field);
    return place + ": " + of(value) + " (expected: " + of(expected) + ")";
  }
}
