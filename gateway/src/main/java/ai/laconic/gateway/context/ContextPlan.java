package ai.laconic.gateway.context;

import ai.laconic.gateway.pool.ServedModel;
import ai.laconic.gateway.pool.SpanOptions;
import ai.laconic.v1.Context;
import java.time.Duration;
import java.util.Optional;

/**
 * What a context will be, before its text is read.
 *
 * @param model encodes it
 * @param head the manifest without segments and sums; its windowing is what was asked for
 * @param parent the context that it is appended to
 * @param ttl how long it lives
 * @param requestId the client's name of the request; empty if it has none
 */
record ContextPlan(
    ServedModel model, Context head, Optional<Context> parent, Duration ttl, String requestId) {
  String id() {
    return head.getId();
  }

  /** Returns how each of its spans is encoded. */
  SpanOptions spanOptions() {
    return new SpanOptions(head.getWindowing(), head.getSharing(), ttl);
  }

  /** Returns the number of its first span. */
  int firstSpan() {
    return parent
        .map(before -> before.getSegments(before.getSegmentsCount() - 1).getSpan() + 1)
        .orElse(0);
  }

  /** Returns the bytes of text that it has already. */
  long textBytesBefore() {
    return parent.map(Context::getTextBytes).orElse(0L);
  }
}
