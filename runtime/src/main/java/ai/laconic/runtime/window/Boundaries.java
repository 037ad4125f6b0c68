package ai.laconic.runtime.window;

import ai.laconic.runtime.tokenizer.TokenizedText;

/**
 * How well each token position of a text serves as a cut: first by what ends there, then by a hash.
 *
 * <p>What ends, from the weakest: nothing (the position is inside a character), a token, a word, a
 * sentence, a line, a paragraph. The hash is FastCDC's gear hash over ids, a random-looking number
 * of the last sixteen tokens. Neither looks further back, so a position is as strong as its
 * surroundings make it, wherever they stand.
 */
final class Boundaries {
  static final int INSIDE_CHARACTER = 0;
  static final int TOKEN = 1;
  static final int WORD = 2;
  static final int SENTENCE = 3;
  static final int LINE = 4;
  static final int PARAGRAPH = 5;

  // Above it a key says what ends there, below it stands the hash; keys are never negative.
  static final int KIND_SHIFT = 60;

  private static final String SENTENCE_ENDS = ".!?…";
  private static final String WIDE_SENTENCE_ENDS = "。！？";
  private static final String CLOSERS = "\"')]}»”’」』";

  private final String text;
  // Where the scan stands in the text, and what it has seen before that.
  private int offset;
  private char last;
  // The character that ended the sentence, NUL within one.
  private char sentenceEnd;
  private int lineBreaks;

  private Boundaries(String text) {
    this.text = text;
  }

  /** Returns a key for each token: the higher, the better a cut before that token. */
  static long[] keys(TokenizedText tokenized) {
    Boundaries scan = new Boundaries(tokenized.text());
    long[] keys = new long[tokenized.length()];
    long gear = 0;
    for (int i = 0; i < keys.length; i++) {
      int start = tokenized.starts()[i];
      boolean inside = i > 0 && start == tokenized.starts()[i - 1];
      long kind = inside ? INSIDE_CHARACTER : scan.kindAt(start);
      keys[i] = kind << KIND_SHIFT | gear >>> (Long.SIZE - KIND_SHIFT);
      // A token's bits are shifted out after sixteen steps.
      gear = (gear << 4) + mix(tokenized.ids()[i]);
    }
    return keys;
  }

  private int kindAt(int start) {
    while (offset < start) {
      pass(text.charAt(offset++));
    }
    char next = text.charAt(start);
    if (isLineBreak(next)) {
      return TOKEN;
    }
    if (isLineBreak(last)) {
      return lineBreaks > 1 ? PARAGRAPH : LINE;
    }
    boolean ended = sentenceEnd != 0 && !Character.isWhitespace(last);
    if (Character.isWhitespace(next)) {
      return ended ? SENTENCE : WORD;
    }
    // These need no space after them.
    boolean wide = isOneOf(WIDE_SENTENCE_ENDS, sentenceEnd);
    return ended && wide && !isOneOf(CLOSERS, next) ? SENTENCE : TOKEN;
  }

  private void pass(char c) {
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

  /** Spreads an id over 64 bits (the finalizer of SplitMix64). */
  private static long mix(int id) {
    long z = (id + 1) * 0x9e3779b97f4a7c15L;
    z = (z ^ z >>> 30) * 0xbf58476d1ce4e5b9L;
    z = (z ^ z >>> 27) * 0x94d049bb133111ebL;
    return z ^ z >>> 31;
  }
}
