package ai.laconic.text;

/**
 * Says what ends where in a text that passes by, character after character. It looks back to the
 * last character that is neither white space nor a closing quote or bracket, and no further, so a
 * boundary is what its surroundings make it, wherever they stand.
 *
 * <p>Characters are UTF-16 units: none that matters here takes two.
 */
public final class BoundaryScanner {
  private static final String SENTENCE_ENDS = ".!?…";
  private static final String WIDE_SENTENCE_ENDS = "。！？";
  private static final String CLOSERS = "\"')]}»”’」』";

  private char last;
  // The character that ended the sentence, NUL within one.
  private char sentenceEnd;
  private int lineBreaks;

  /** Returns what ends behind all that passed, if {@code next} follows. */
  public Boundary before(char next) {
    if (Character.isLowSurrogate(next)) {
      return Boundary.NONE;
    }
    if (isLineBreak(next)) {
      return Boundary.CHARACTER;
    }
    if (isLineBreak(last)) {
      return lineBreaks > 1 ? Boundary.PARAGRAPH : Boundary.LINE;
    }
    boolean ended = sentenceEnd != 0 && !Character.isWhitespace(last);
    if (Character.isWhitespace(next)) {
      return ended ? Boundary.SENTENCE : Boundary.WORD;
    }
    // These need no space after them.
    boolean wide = isOneOf(WIDE_SENTENCE_ENDS, sentenceEnd);
    return ended && wide && !isOneOf(CLOSERS, next) ? Boundary.SENTENCE : Boundary.CHARACTER;
  }

  /** Has the next character pass. */
  public void pass(char c) {
    if (isLineBreak(c)) {
      // CR LF is one.
      lineBreaks += c == '\n' && last == '\r' ? 0 : 1;
    } else if (!Character.isWhitespace(c)) {
      lineBreaks = 0;
      if (isOneOf(SENTENCE_ENDS, c) || isOneOf(WIDE_SENTENCE_ENDS, c)) {
        sentenceEnd = c;
      } else if (!isOneOf(CLOSERS, c)) {
        sentenceEnd = 0;
      }
    }
    last = c;
  }

  private static boolean isOneOf(String characters, char c) {
    return characters.indexOf(c) >= 0;
  }

  private static boolean isLineBreak(char c) {
    return c == '\n' || c == '\r' || c == '\u2028' || c == '\u2029';
  }
}
