package ai.laconic.cli.demo;

import ai.laconic.v1.Context;
import java.nio.charset.StandardCharsets;

/** Where the segments of a context lie in its text. */
final class Segments {
  private Segments() {}

  /** Returns the segment in which the character at {@code offset} of {@code text} stands. */
  static int at(Context context, String text, int offset) {
    long bytes = text.substring(0, offset).getBytes(StandardCharsets.UTF_8).length;
    int segment = 0;
    while (bytes >= context.getSegments(segment).getTextBytes()) {
      bytes -= context.getSegments(segment++).getTextBytes();
    }
    return segment;
  }

  /** Returns the offset of a segment's first byte. */
  static int start(Context context, int segment) {
    return context.getSegmentsList().subList(0, segment).stream()
        .mapToInt(before -> before.getTextBytes())
        .sum();
  }
}
