package ai.laconic.cli.probe;

/**
 * The sentences that models are trained to understand. models/lclm/prompts.py has the same ones: a
 * change here without one there measures something that no model has learnt.
 */
public final class Wordings {
  public static final String REPEAT = "Repeat the text above.";
  public static final String CONTINUE = "Continue the text above.";

  /** Begins the answer that asks for chunks: "EXPAND: 3, 7". */
  public static final String EXPAND = "EXPAND: ";

  /** Begins the answer that ends a triage: "ANSWER: The magic number for amber is 4711." */
  public static final String ANSWER = "ANSWER: ";

  private Wordings() {}

  /** The sentence that is hidden in a text. It is also the answer to {@link #question}. */
  public static String needle(String key, String digits) {
    return "The magic number for " + key + " is " + digits + ".";
  }

  public static String question(String key) {
    return "What is the magic number for " + key + "?";
  }

  /** Asks for two at once; the answer is both sentences with a space between them. */
  public static String questions(String one, String other) {
    return "What are the magic numbers for " + one + " and " + other + "?";
  }

  public static String quote(String phrase) {
    return "Quote the line that mentions " + phrase + ".";
  }

  public static String triage(String question) {
    return "Expand what you need, then answer: " + question;
  }
}
