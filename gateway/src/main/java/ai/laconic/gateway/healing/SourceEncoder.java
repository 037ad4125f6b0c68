package ai.laconic.gateway.healing;

import ai.laconic.cacheclient.context.ContextClient;
import ai.laconic.gateway.pool.ServedModel;
import ai.laconic.gateway.pool.SpanEncoder;
import ai.laconic.gateway.pool.SpanOptions;
import ai.laconic.gateway.pool.SpanWindow;
import ai.laconic.servicekit.error.Problems;
import ai.laconic.v1.Context;
import ai.laconic.v1.SegmentText;
import ai.laconic.v1.Sharing;
import ai.laconic.v1.Windowing;
import com.google.protobuf.ByteString;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Iterator;
import java.util.List;

/** Has the text of regions encoded as it was before. */
public final class SourceEncoder {
  private final ContextClient contexts;
  private final SpanEncoder encoder;
  private final InstantSource clock;
  private final Duration shortTtl;

  /**
   * @param shortTtl how long blocks live that belong to no context
   */
  public SourceEncoder(
      ContextClient contexts, SpanEncoder encoder, InstantSource clock, Duration shortTtl) {
    this.contexts = contexts;
    this.encoder = encoder;
    this.clock = clock;
    this.shortTtl = shortTtl;
  }

  /** Encodes text that stands in a prompt. */
  public List<SpanWindow> encode(ServedModel model, ByteString text) {
    return encode(model, text, Windowing.WINDOWING_UNSPECIFIED, Sharing.SHARING_PRIVATE, shortTtl);
  }

  List<SpanWindow> encode(ServedModel model, Origin origin) {
    if (origin instanceof Origin.Inline inline) {
      return encode(model, inline.text());
    }
    SegmentRun run = origin.segments().orElseThrow();
    Context context = run.context();
    Duration ttl = origin instanceof Origin.Stored ? remaining(context) : shortTtl;
    return encode(model, text(run), context.getWindowing(), context.getSharing(), ttl);
  }

  private List<SpanWindow> encode(
      ServedModel model, ByteString text, Windowing windowing, Sharing sharing, Duration ttl) {
    return encoder.encode(model, text, new SpanOptions(windowing, sharing, ttl), window -> {});
  }

  private ByteString text(SegmentRun run) {
    ByteString text = ByteString.EMPTY;
    for (Iterator<SegmentText> pieces = contexts.texts(run.context().getId(), run.indices());
        pieces.hasNext(); ) {
      text = text.concat(pieces.next().getTextBytes());
    }
    if (text.size() != run.textBytes()) {
      throw Problems.dataLoss(
          "text of context " + run.context().getId(),
          text.size() + " bytes came of " + run.textBytes());
    }
    return text;
  }

  private Duration remaining(Context context) {
    Instant expires =
        Instant.ofEpochSecond(context.getExpires().getSeconds(), context.getExpires().getNanos());
    Duration remaining = Duration.between(clock.instant(), expires);
    return remaining.compareTo(shortTtl) > 0 ? remaining : shortTtl;
  }
}
