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
}
