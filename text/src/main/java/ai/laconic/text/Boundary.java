package ai.laconic.text;

/**
 * What ends at a place between two bytes or tokens of a text, the worst place for a cut first.
 *
 * <p>White space belongs to the word behind it, since tokenizers take it so, and line breaks belong
 * to the line that they end. So a sentence ends before its space, and a line behind its break.
 */
public enum Boundary {
  /** Nothing: the place is within a character. */
  NONE,
  /** A character. */
  CHARACTER,
  /** A word: white space comes next. */
  WORD,
  /** A sentence, with its closing quotes and brackets. */
  SENTENCE,
  /** A line. */
  LINE,
  /** A paragraph, with the empty lines behind it. */
  PARAGRAPH
}
