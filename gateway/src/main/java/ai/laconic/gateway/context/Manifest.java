package ai.laconic.gateway.context;

import ai.laconic.gateway.pool.SpanWindow;
import ai.laconic.servicekit.error.Problems;
import ai.laconic.v1.Context;
import ai.laconic.v1.Segment;
import ai.laconic.v1.SegmentText;
import ai.laconic.v1.Windowing;
import com.google.protobuf.ByteString;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Makes a context's manifest and segment texts out of its encoded spans. */
final class Manifest {
  private Manifest() {}

  /**
   * Returns the manifest of these spans: of an appended context, what is appended.
   *
   * @throws io.grpc.StatusRuntimeException FAILED_PRECONDITION if spans were cut in two ways
   */
  static Context of(ContextPlan plan, List<EncodedSpan> spans) {
    Context.Builder context = plan.head().toBuilder();
    for (int i = 0; i < spans.size(); i++) {
      for (SpanWindow window : spans.get(i).windows()) {
        context.addSegments(segment(window, plan.firstSpan() + i));
      }
    }
    return summed(context.setWindowing(windowing(plan, spans))).build();
  }

  private static Segment segment(SpanWindow window, int span) {
    return Segment.newBuilder()
        .setLatent(window.latent())
        .setTokens(window.tokens())
        .setTextBytes(window.textBytes())
        .setBlockBytes(window.blockBytes())
        .setSpan(span)
        .setReused(window.reused())
        .build();
  }

  private static Windowing windowing(ContextPlan plan, List<EncodedSpan> spans) {
    List<Windowing> ways =
        spans.stream()
            .flatMap(span -> span.windows().stream())
            .map(SpanWindow::windowing)
            .distinct()
            .toList();
    if (ways.size() != 1) {
      throw Problems.precondition(
          "windowing of pool " + plan.model().pool(), ways, "one default on all of its encoders");
    }
    return ways.get(0);
  }

  /** Returns what an appended context holds in all. */
  static Context appended(Context parent, Context part) {
    return summed(
            part.toBuilder()
                .clearSegments()
                .addAllSegments(parent.getSegmentsList())
                .addAllSegments(part.getSegmentsList()))
        .build();
  }

  private static Context.Builder summed(Context.Builder context) {
    long tokens = 0;
    long latents = 0;
    long textBytes = 0;
    long blockBytes = 0;
    Set<String> blocks = new HashSet<>();
    for (Segment segment : context.getSegmentsList()) {
      tokens += segment.getTokens();
      latents += segment.getLatent().getLatents();
      textBytes += segment.getTextBytes();
      if (blocks.add(segment.getLatent().getLatentId())) {
        blockBytes += segment.getBlockBytes();
      }
    }
    return context
        .setSegmentCount(context.getSegmentsCount())
        .setTokens(tokens)
        .setLatents(latents)
        .setTextBytes(textBytes)
        .setBlockBytes(blockBytes);
  }

  /**
   * Returns whether a stored context is what the same request would make now. What was changed of
   * it since doesn't count.
   */
  static boolean sameContent(Context stored, Context made) {
    boolean changed = stored.getRevision() > 1;
    return content(stored, changed).equals(content(made, changed));
  }

  private static Context content(Context context, boolean changed) {
    Context.Builder content =
        context.toBuilder().clearCreated().clearExpires().clearPins().clearRevision();
    content.getSegmentsBuilderList().forEach(Segment.Builder::clearReused);
    if (changed) {
      content.clearName().clearLabels().clearExpiration().clearTtl();
    }
    return content.build();
  }

  /** Returns the text of every segment, made one at a time. */
  static Iterator<SegmentText> texts(List<EncodedSpan> spans) {
    int[] index = {0};
    return spans.stream()
        .flatMap(Manifest::pieces)
        .map(text -> SegmentText.newBuilder().setIndex(index[0]++).setTextBytes(text).build())
        .iterator();
  }

  private static Stream<ByteString> pieces(EncodedSpan span) {
    int[] offset = {0};
    return IntStream.range(0, span.windows().size())
        .mapToObj(
            i -> {
              int start = offset[0];
              offset[0] += span.windows().get(i).textBytes();
              return span.text().substring(start, offset[0]);
            });
  }
}
