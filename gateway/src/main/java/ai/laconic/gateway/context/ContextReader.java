package ai.laconic.gateway.context;

import ai.laconic.cacheclient.context.ContextClient;
import ai.laconic.servicekit.call.Sink;
import ai.laconic.servicekit.error.Problems;
import ai.laconic.v1.Context;
import ai.laconic.v1.SegmentText;
import java.util.Iterator;
import java.util.List;

/** Gives source text back. */
public final class ContextReader {
  private final ContextClient contexts;

  public ContextReader(ContextClient contexts) {
    this.contexts = contexts;
  }

  /** Writes the text of segments, in the order asked for. */
  void expand(String contextId, List<Integer> segments, Sink<SegmentText> texts)
      throws InterruptedException {
    check(contexts.use(contextId), segments);
    Iterator<SegmentText> found = contexts.texts(contextId, segments);
    while (found.hasNext()) {
      texts.write(found.next());
    }
  }

  static void check(Context manifest, List<Integer> segments) {
    if (!manifest.getSourceKept()) {
      throw Problems.precondition(
          "context " + manifest.getId(), "made without keeping its source", "one with its source");
    }
    for (int segment : segments) {
      if (segment >= manifest.getSegmentCount()) {
        throw Problems.outOfRange("segment", segment, "0 to " + (manifest.getSegmentCount() - 1));
      }
    }
  }
}
