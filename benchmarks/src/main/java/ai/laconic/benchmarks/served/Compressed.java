package ai.laconic.benchmarks.served;

import ai.laconic.v1.Context;
import ai.laconic.v1.Segment;

/**
 * A context that was made.
 *
 * @param seconds from the first byte sent to the finished context
 */
public record Compressed(Context context, double seconds) {
  /** Returns the windows that the encoder had to encode. */
  public int encodedWindows() {
    return context.getSegmentCount()
        - (int) context.getSegmentsList().stream().filter(Segment::getReused).count();
  }

  /** Returns this, if it was measured what making a context costs. */
  public Compressed allEncoded() {
    if (encodedWindows() != context.getSegmentCount()) {
      throw new IllegalStateException(
          "windows encoded: "
              + encodedWindows()
              + " (expected: all "
              + context.getSegmentCount()
              + " of a text that is new)");
    }
    return this;
  }
}
