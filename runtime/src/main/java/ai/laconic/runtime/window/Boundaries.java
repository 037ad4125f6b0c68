package ai.laconic.runtime.window;

import ai.laconic.runtime.tokenizer.TokenizedText;
import ai.laconic.text.Boundary;
import ai.laconic.text.BoundaryScanner;

/**
 * How well each token position of a text serves as a cut: first by what ends there, then by a hash.
 *
 * <p>What ends is a {@link Boundary}. The hash is FastCDC's gear hash over ids, a random-looking
 * number of the last sixteen tokens. Neither looks further back, so a position is as strong as its
 * surroundings make it, wherever they stand.
 */
final class Boundaries {
  // Above it a key says what ends there, below it stands the hash; keys are never negative.
  static final int KIND_SHIFT = 60;

  private Boundaries() {}

  /** Returns a key for each token: the higher, the better a cut before that token. */
  static long[] keys(TokenizedText tokenized) {
    String text = tokenized.text();
    BoundaryScanner scanner = new BoundaryScanner();
    long[] keys = new long[tokenized.length()];
    int offset = 0;
    long gear = 0;
    for (int i = 0; i < keys.length; i++) {
      int start = tokenized.starts()[i];
      while (offset < start) {
        scanner.pass(text.charAt(offset++));
      }
      boolean inside = i > 0 && start == tokenized.starts()[i - 1];
      Boundary boundary = inside ? Boundary.NONE : scanner.before(text.charAt(start));
      keys[i] = strength(boundary) << KIND_SHIFT | gear >>> (Long.SIZE - KIND_SHIFT);
      // A token's bits are shifted out after sixteen steps.
      gear = (gear << 4) + mix(tokenized.ids()[i]);
    }
    return keys;
  }

  static long strength(Boundary boundary) {
    return switch (boundary) {
      case NONE -> 0;
      case CHARACTER -> 1;
      case WORD -> 2;
      case SENTENCE -> 3;
      case LINE -> 4;
      case PARAGRAPH -> 5;
    };
  }

  /** Spreads an id over 64 bits (the finalizer of SplitMix64). */
  private static long mix(int id) {
    long z = (id + 1) * 0x9e3779b97f4a7c15L;
    z = (z ^ z >>> 30) * 0xbf58476d1ce4e5b9L;
    z = (z ^ z >>> 27) * 0x94d049bb133111ebL;
    return z ^ z >>> 31;
  }
}
