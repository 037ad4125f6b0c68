package ai.laconic.gateway.context;

import ai.laconic.cacheclient.context.ContextClient;
import ai.laconic.cacheclient.context.PutOutcome;
import ai.laconic.gateway.pool.SpanEncoder;
import ai.laconic.gateway.pool.SpanWindow;
import ai.laconic.gateway.upstream.Fanout;
import ai.laconic.servicekit.error.Problems;
import ai.laconic.v1.Context;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.stream.IntStream;

/**
 * Stores a context whose spans are encoded. Blocks may be evicted before anything refers to them:
 * then the cache names them, and only their spans are encoded again.
 */
final class ContextPut {
  /** A cache that evicts faster than this can't hold the context. */
  private static final int MOST_REMAKES = 2;

  private static final Duration RETRY_AFTER = Duration.ofSeconds(10);

  private final ContextClient contexts;
  private final SpanEncoder encoder;
  private final Executor executor;
  private final int spansInFlight;

  ContextPut(ContextClient contexts, SpanEncoder encoder, Executor executor, int spansInFlight) {
    this.contexts = contexts;
    this.encoder = encoder;
    this.executor = executor;
    this.spansInFlight = spansInFlight;
  }

  /**
   * Returns the context that is there then: of a request that was sent before, the one of then.
   *
   * @param quota is used once the context is stored
   */
  Context put(ContextPlan plan, List<EncodedSpan> encoded, Reservation quota) throws Exception {
    List<EncodedSpan> spans = encoded;
    for (int remakes = 0; ; remakes++) {
      Context manifest = Manifest.of(plan, spans);
      PutOutcome outcome;
      try {
        List<EncodedSpan> kept = manifest.getSourceKept() ? spans : List.of();
        outcome = contexts.put(manifest, () -> Manifest.texts(kept));
      } catch (StatusRuntimeException e) {
        if (plan.requestId().isEmpty()
            || e.getStatus().getCode() != Status.Code.FAILED_PRECONDITION) {
          throw e;
        }
        return before(plan, manifest);
      }
      if (outcome instanceof PutOutcome.Stored stored) {
        quota.use();
        return stored.context();
      }
      Set<String> missing = new HashSet<>(((PutOutcome.Missing) outcome).latentIds());
      if (remakes == MOST_REMAKES || !manifest.getSourceKept()) {
        throw evicted(plan, missing.size(), remakes);
      }
      spans = encodedAgain(plan, spans, missing);
    }
  }

  private Context before(ContextPlan plan, Context manifest) {
    Context before = contexts.get(plan.id());
    Context whole =
        plan.parent().map(parent -> Manifest.appended(parent, manifest)).orElse(manifest);
    if (!Manifest.sameContent(before, whole)) {
      throw Problems.alreadyExists(
          "request_id", plan.requestId(), "one that no other text or options were sent with");
    }
    return before;
  }

  private static StatusRuntimeException evicted(ContextPlan plan, int blocks, int remakes) {
    return Problems.exhausted(
        "blocks of context " + plan.id(),
        blocks
            + " evicted before it was stored"
            + (remakes > 0 ? ", after they were encoded again " + remakes + " times" : ""),
        "all of them in the latent cache; it needs more memory for blocks, or fewer uploads at once",
        RETRY_AFTER);
  }

  private List<EncodedSpan> encodedAgain(
      ContextPlan plan, List<EncodedSpan> spans, Set<String> missing)
      throws InterruptedException, ExecutionException {
    List<Integer> affected = affected(spans, missing);
    if (affected.isEmpty()) {
      throw Problems.dataLoss(
          "latent cache", "names blocks as missing that context " + plan.id() + " doesn't have");
    }
    List<EncodedSpan> whole = new ArrayList<>(spans);
    try (Fanout<EncodedSpan> again = new Fanout<>(executor, spansInFlight)) {
      for (int span : affected) {
        again.submit(() -> encode(plan, spans.get(span)));
      }
      List<EncodedSpan> encoded = again.join();
      for (int i = 0; i < affected.size(); i++) {
        whole.set(affected.get(i), encoded.get(i));
      }
    }
    return whole;
  }

  private EncodedSpan encode(ContextPlan plan, EncodedSpan span) {
    List<SpanWindow> windows =
        encoder.encode(plan.model(), span.text(), plan.spanOptions(), window -> {});
    return new EncodedSpan(span.text(), windows);
  }

  /** Returns the spans that have one of these blocks. */
  static List<Integer> affected(List<EncodedSpan> spans, Set<String> missing) {
    return IntStream.range(0, spans.size())
        .filter(
            span ->
                spans.get(span).windows().stream()
                    .anyMatch(window -> missing.contains(window.latentId())))
        .boxed()
        .toList();
  }
}
