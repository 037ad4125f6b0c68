package ai.laconic.gateway.text;

import com.google.protobuf.ByteString;
import java.util.Optional;

/**
 * Turns pieces of text into spans. Where they are cut depends on the text alone, not on the pieces.
 * Holds little more than one span and one piece.
 */
public final class SpanBuffer {
  private final SpanCutter cutter;
  private byte[] bytes = new byte[0];
  private int start;
  private int end;

  public SpanBuffer(SpanCutter cutter) {
    this.cutter = cutter;
  }

  /** Adds the next piece of text, which was checked to be UTF-8. */
  public void add(ByteString piece) {
    if (end + piece.size() > bytes.length) {
      int held = end - start;
      int needed = held + piece.size();
      byte[] roomy = needed <= bytes.length ? bytes : new byte[Math.max(needed, held * 2)];
      System.arraycopy(bytes, start, roomy, 0, held);
      bytes = roomy;
      start = 0;
      end = held;
    }
    piece.copyTo(bytes, end);
    end += piece.size();
  }

  /** Returns the next span, if enough text is here to know where it ends. */
  public Optional<ByteString> next() {
    return end - start < cutter.lookAhead() ? Optional.empty() : Optional.of(take());
  }

  /** Returns the next span at the end of the text; empty after the last. */
  public Optional<ByteString> rest() {
    return start == end ? Optional.empty() : Optional.of(take());
  }

  private ByteString take() {
    int length = cutter.cut(bytes, start, end);
    ByteString span = ByteString.copyFrom(bytes, start, length);
    start += length;
    return span;
  }
}
