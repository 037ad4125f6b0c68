package ai.laconic.cli.probe;

/**
 * One fact to hide in a text and to ask for.
 *
 * @param key what the question asks for
 * @param digits the answer
 */
public record Needle(String key, String digits) {
  /** Returns what stands in the text, and what the answer must be. */
  public String sentence() {
    return Wordings.needle(key, digits);
  }

  public String question() {
    return Wordings.question(key);
  }
}
