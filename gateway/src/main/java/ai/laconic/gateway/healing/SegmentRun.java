package ai.laconic.gateway.healing;

import ai.laconic.v1.Context;
import ai.laconic.v1.LatentRef;
import ai.laconic.v1.Segment;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Neighbouring segments of one span of a context.
 *
 * @param first index of the first
 * @param end index after the last
 */
public record SegmentRun(Context context, int first, int end) {
  public SegmentRun {
    if (first < 0 || end <= first || end > context.getSegmentsCount()) {
      throw new IllegalArgumentException(
          "segments %d to %d (expected: some of %d)"
              .formatted(first, end, context.getSegmentsCount()));
    }
  }

  List<Segment> segments() {
    return context.getSegmentsList().subList(first, end);
  }

  List<Integer> indices() {
    return IntStream.range(first, end).boxed().toList();
  }

  /** Returns the latents as the manifest has them. */
  public List<LatentRef> latents() {
    return segments().stream().map(Segment::getLatent).toList();
  }

  /** Returns the bytes of their text. */
  int textBytes() {
    return segments().stream().mapToInt(Segment::getTextBytes).sum();
  }

  /** Returns all segments of the span. */
  SegmentRun wholeSpan() {
    int span = context.getSegments(first).getSpan();
    int from = first;
    while (from > 0 && context.getSegments(from - 1).getSpan() == span) {
      from--;
    }
    int to = end;
    while (to < context.getSegmentsCount() && context.getSegments(to).getSpan() == span) {
      to++;
    }
    return new SegmentRun(context, from, to);
  }
}
