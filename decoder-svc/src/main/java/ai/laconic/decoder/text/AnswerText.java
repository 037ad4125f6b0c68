package ai.laconic.decoder.text;

import ai.laconic.runtime.tokenizer.IncrementalDetokenizer;
import java.util.List;

/** The text of one answer. What it returns never ends within a character. */
public final class AnswerText {
  private final IncrementalDetokenizer detokenizer;
  private final StopStrings stops;

  /**
   * @param detokenizer of this answer alone
   * @param stops the text ends before the first of these; none of them is empty
   */
  public AnswerText(IncrementalDetokenizer detokenizer, List<String> stops) {
    this.detokenizer = detokenizer;
    this.stops = new StopStrings(stops);
  }

  /** Takes the next token and returns the text that is certain now, often none. */
  public String push(int id) {
    return stops.push(detokenizer.push(id));
  }

  /** Returns whether a stop string came up; no more text comes then. */
  public boolean stopped() {
    return stops.found();
  }

  /** Ends the answer and returns the text that was held back. */
  public String end() {
    return stops.push(detokenizer.flush()) + stops.end();
  }
}
