package ai.laconic.gateway.text;

import static java.nio.charset.StandardCharsets.UTF_8;

import ai.laconic.text.Boundary;
import ai.laconic.text.BoundaryScanner;
import ai.laconic.text.Utf8;
import java.util.zip.CRC32C;

/**
 * Says where a text is cut into spans of at most so many bytes: at the best {@link Boundary} in the
 * second half of what fits, behind a paragraph if there is one; within a word, but never within a
 * character, if there is nothing else.
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
    return most + Utf8.MOST_BYTES;
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
    String ahead = new String(text, from, Math.min(lookAhead(), end - from), UTF_8);
    BoundaryScanner scanner = new BoundaryScanner();
    int best = 0;
    Boundary bestKind = Boundary.CHARACTER;
    long bestHash = Long.MAX_VALUE;
    for (int i = 0, at = 0; at <= most; at += Utf8.bytes(ahead.charAt(i)), i++) {
      Boundary kind = at < most / 2 ? Boundary.NONE : scanner.before(ahead.charAt(i));
      scanner.pass(ahead.charAt(i));
      if (kind.compareTo(bestKind) < 0) {
        continue;
      }
      // The last character that fits is as good as any: nothing is recognisable about it.
      long hash = kind == Boundary.CHARACTER ? 0 : hash(text, from, from + at);
      if (kind.compareTo(bestKind) > 0 || hash <= bestHash) {
        best = at;
        bestKind = kind;
        bestHash = hash;
      }
    }
    return best;
  }

  private static long hash(byte[] text, int from, int at) {
    int start = Math.max(from, at - HASHED_BYTES);
    CRC32C crc = new CRC32C();
    crc.update(text, start, at - start);
    return crc.getValue();
  }
}
