package ai.laconic.gateway.prompt;

import ai.laconic.gateway.healing.Region;
import ai.laconic.gateway.healing.SegmentRun;
import ai.laconic.servicekit.error.Problems;
import ai.laconic.v1.Context;
import ai.laconic.v1.ContextPart;
import ai.laconic.v1.SegmentRange;
import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * A context, or some of its segments.
 *
 * @param path of the part in the request, for messages: "turns[0].parts[1].context"
 * @param contextId the context
 * @param range segments that are read; all of them if null
 * @param expanded of these, the segments that are read as text
 */
record ContextExcerpt(
    String path, String contextId, @Nullable SegmentRange range, SortedSet<Integer> expanded)
    implements PromptPart {
  ContextExcerpt {
    expanded = Collections.unmodifiableSortedSet(new TreeSet<>(expanded));
  }

  static ContextExcerpt of(ContextPart part, String path) {
    SegmentRange range = part.hasRange() ? part.getRange() : null;
    return new ContextExcerpt(
        path, part.getContextId(), range, new TreeSet<>(part.getExpandList()));
  }

  /**
   * Checks that the context has what the part asks for: OUT_OF_RANGE or FAILED_PRECONDITION.
   *
   * @return bytes of source text that it reads
   */
  long check(Context context) {
    int count = context.getSegmentsCount();
    int first = first();
    int end = end(context);
    if (end > count) {
      throw Problems.outOfRange(path + ".range.end", end, "1 to " + count);
    }
    long bytes = 0;
    for (int segment : expanded) {
      if (segment < first || segment >= end) {
        throw Problems.outOfRange(path + ".expand", segment, first + " to " + (end - 1));
      }
      bytes += context.getSegments(segment).getTextBytes();
    }
    if (!expanded.isEmpty() && !context.getSourceKept()) {
      throw Problems.precondition(
          "context " + contextId, "made without keeping its source", "one with its source");
    }
    return bytes;
  }

  /**
   * Segments that stand together in their span are one memory region, and neighbours that are
   * expanded are one text, so that they are tokenized as they were written.
   */
  @Override
  public List<ResolvedPart> resolve(Sources sources) {
    Context context = sources.context(contextId);
    Iterator<ByteString> texts =
        (expanded.isEmpty() ? List.<ByteString>of() : sources.texts(contextId, expanded))
            .iterator();
    List<ResolvedPart> parts = new ArrayList<>();
    int next;
    for (int i = first(); i < end(context); i = next) {
      next = i + 1;
      if (expanded.contains(i)) {
        ByteString text = texts.next();
        for (; next < end(context) && expanded.contains(next); next++) {
          text = text.concat(texts.next());
        }
        parts.add(new ResolvedPart.Text(text));
      } else {
        int span = context.getSegments(i).getSpan();
        while (next < end(context)
            && !expanded.contains(next)
            && context.getSegments(next).getSpan() == span) {
          next++;
        }
        parts.add(new ResolvedPart.Latents(Region.stored(new SegmentRun(context, i, next))));
      }
    }
    return parts;
  }

  private int first() {
    return range == null ? 0 : range.getFirst();
  }

  private int end(Context context) {
    return range == null ? context.getSegmentsCount() : range.getEnd();
  }
}
