package ai.laconic.gateway.context;

import ai.laconic.gateway.pool.SpanWindow;
import ai.laconic.v1.Context;
import ai.laconic.v1.ContextOptions;
import ai.laconic.v1.Model;
import ai.laconic.v1.Segment;
import ai.laconic.v1.SegmentText;
import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.util.Iterator;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Makes a context's manifest and segment texts out of its encoded spans. */
final class Manifest {
  private Manifest() {}

  static Context of(
      String id, ContextOptions options, Model model, Lifetime lifetime, List<EncodedSpan> spans) {
    Context.Builder context =
        Context.newBuilder()
            .setId(id)
            .setName(options.getName())
            .setModel(model.getName())
            .setFingerprint(model.getFingerprint())
            .setRatio(model.getRatio())
            .setSourceKept(!options.getDiscardSource())
            .setCreated(lifetime.createdProto())
            .setExpires(lifetime.expiresProto());
    long tokens = 0;
    long latents = 0;
    long bytes = 0;
    for (int span = 0; span < spans.size(); span++) {
      for (SpanWindow window : spans.get(span).windows()) {
        context.addSegments(
            Segment.newBuilder()
                .setLatent(window.latent())
                .setTokens(window.tokens())
                .setTextBytes(window.textBytes())
                .setSpan(span)
                .setReused(window.reused()));
        tokens += window.tokens();
        latents += window.latent().getLatents();
        bytes += window.textBytes();
      }
    }
    return context
        .setSegmentCount(context.getSegmentsCount())
        .setTokens(tokens)
        .setLatents(latents)
        .setTextBytes(bytes)
        .build();
  }

  /** Returns whether two contexts differ in nothing but when they were made: not in their TTL. */
  static boolean sameContent(Context one, Context other) {
    return content(one).equals(content(other)) && ttl(one).equals(ttl(other));
  }

  private static Duration ttl(Context context) {
    return Duration.between(instant(context.getCreated()), instant(context.getExpires()));
  }

  private static Instant instant(Timestamp time) {
    return Instant.ofEpochSecond(time.getSeconds(), time.getNanos());
  }

  private static Context content(Context context) {
    Context.Builder content = context.toBuilder().clearCreated().clearExpires();
    content.getSegmentsBuilderList().forEach(Segment.Builder::clearReused);
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
