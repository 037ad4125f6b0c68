package ai.laconic.gateway.text;

import java.util.zip.CRC32C;

/**
 * Says where a text is cut into spans of at most so many bytes: after a paragraph if there is one
 * in the second half of what fits, else after a line, else after a sentence, else after a space,
 * and within a word, but never within a character, if there is nothing else.
 *
 * <p>Among the places of the best kind it takes the one whose preceding bytes have the smallest
 * hash. So where a text is cut depends on what stands there and hardly on how far it is from the
 * beginning: after an edit the cuts soon fall on the same places as before it, and the windows of
 * all later spans are in the cache already.
 *
 * <p>Unit: bytes of UTF-8. A pure function of the text.
 */
public final class SpanCutter {
  private static final int HASHED_BYTES = 48;

  private final int most;

  /**
   * @param most bytes of a span, at least 8 so that a character ends in its second half
   */
  public SpanCutter(int most) {
    if (most < 8) {
      throw new IllegalArgumentException("bytes of a span: " + most + " (expected: 8 or more)");
    }
    this.most = most;
  }

  /** Bytes that must lie ahead before a cut can be chosen, unless the text ends sooner. */
  public int lookAhead() {
    return most + 1;
  }

  /**
   * Returns the length of the span that begins at {@code from}.
   *
   * @param text UTF-8
   * @param from first byte of the span
   * @param end end of the text, or of what is known of it: at least {@link #lookAhead} further then
   */
  public int cut(byte[] text, int from, int end) {
    if (end - from <= most) {
      return end - from;
    }
    int best = from;
    Boundary bestKind = Boundary.CHARACTER;
    long bestHash = Long.MAX_VALUE;
    for (int at = from + most / 2; at <= from + most; at++) {
      Boundary kind = Boundary.at(text, from, at);
      if (kind.compareTo(bestKind) > 0) {
        continue;
      }
      // The last character that fits is as good as any: nothing is recognisable about it.
      long hash = kind == Boundary.CHARACTER ? 0 : hash(text, from, at);
      if (kind.compareTo(bestKind) < 0 || hash <= bestHash) {
        best = at;
        bestKind = kind;
        bestHash = hash;
      }
    }
    return best - from;
  }

  private static long hash(byte[] text, int from, int at) {
    int start = Math.max(from, at - HASHED_BYTES);
    CRC32C crc = new CRC32C();
    crc.update(text, start, at - start);
    return crc.getValue();
  }
}
