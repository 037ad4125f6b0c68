package ai.laconic.gateway.prompt;

import ai.laconic.servicekit.error.Problems;
import ai.laconic.v1.Context;
import ai.laconic.v1.ContextPart;
import java.util.Collections;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * The segments of a context that a part reads.
 *
 * @param manifest the context
 * @param first first segment read
 * @param end segment after the last
 * @param expanded of these, the segments that are read as text
 */
record Selection(Context manifest, int first, int end, SortedSet<Integer> expanded) {
  Selection {
    expanded = Collections.unmodifiableSortedSet(new TreeSet<>(expanded));
  }

  /** OUT_OF_RANGE or FAILED_PRECONDITION if the context doesn't have what the part asks for. */
  static Selection of(ContextPart part, Context manifest) {
    int count = manifest.getSegmentsCount();
    int first = 0;
    int end = count;
    if (part.hasRange()) {
      first = part.getRange().getFirst();
      end = part.getRange().getEnd();
      if (Integer.compareUnsigned(end, count) > 0) {
        throw Problems.outOfRange("range.end", Integer.toUnsignedString(end), "1 to " + count);
      }
    }
    for (int segment : part.getExpandList()) {
      if (segment < first || segment >= end) {
        throw Problems.outOfRange(
            "segment", Integer.toUnsignedString(segment), first + " to " + (end - 1));
      }
    }
    if (part.getExpandCount() > 0 && !manifest.getSourceKept()) {
      throw Problems.precondition(
          "context " + manifest.getId(), "made without keeping its source", "one with its source");
    }
    return new Selection(manifest, first, end, new TreeSet<>(part.getExpandList()));
  }
}
