package ai.laconic.gateway.context;

import ai.laconic.cacheclient.context.ContextClient;
import ai.laconic.gateway.limit.LimitProperties;
import ai.laconic.gateway.limit.TextBudget;
import ai.laconic.gateway.pool.SpanEncoder;
import ai.laconic.gateway.pool.SpanWindow;
import ai.laconic.gateway.upstream.Fanout;
import ai.laconic.servicekit.call.Sink;
import ai.laconic.servicekit.tenant.TenantId;
import ai.laconic.v1.CompressionProgress;
import ai.laconic.v1.Context;
import com.google.protobuf.ByteString;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;

/**
 * Makes a context out of an upload. Three kinds of threads work on it: one reads the upload and
 * hands spans out, some wait for a span each, and the caller's reports progress and stores the
 * result. So a client that sends slowly hears of a failure at once, and one that doesn't listen
 * holds nobody up.
 */
public final class ContextMaker {
  private final SpanEncoder encoder;
  private final ContextClient contexts;
  private final LimitProperties limits;
  private final TextBudget budget;
  private final Executor executor;
  private final ContextPut put;

  public ContextMaker(
      SpanEncoder encoder,
      ContextClient contexts,
      LimitProperties limits,
      TextBudget budget,
      Executor executor) {
    this.encoder = encoder;
    this.contexts = contexts;
    this.limits = limits;
    this.budget = budget;
    this.executor = executor;
    this.put = new ContextPut(contexts, encoder, executor, limits.spansInFlight());
  }

  /** Makes the context; {@code result} gets it last, and only once the cache has all of it. */
  void make(
      ContextPlan plan, Upload upload, Sink<CompressionProgress> reports, Sink<Context> result)
      throws Exception {
    Progress progress = new Progress();
    try (TextBudget.Share memory = budget.share(TenantId.current());
        Reservation quota = new Reservation(contexts, plan);
        Fanout<EncodedSpan> spans = new Fanout<>(executor, limits.spansInFlight(), progress::fail);
        Fanout<List<EncodedSpan>> reading = new Fanout<>(executor, 1, progress::fail)) {
      SpanSource source =
          new SpanSource(upload, plan.textBytesBefore(), limits, memory, progress::received);
      Encoding encoding = new Encoding(plan, memory, quota, progress);
      reading.submit(
          () -> {
            List<EncodedSpan> encoded = encodeAll(source, spans, encoding);
            progress.finish();
            return encoded;
          });
      report(progress, reports);
      store(plan, reading.join().get(0), quota, result);
    }
  }

  private static List<EncodedSpan> encodeAll(
      SpanSource source, Fanout<EncodedSpan> spans, Encoding encoding) throws Exception {
    long textBytes = 0;
    for (Optional<ByteString> next = source.next(); next.isPresent(); next = source.next()) {
      ByteString span = next.get();
      textBytes += span.size();
      encoding.quota.cover(textBytes);
      spans.submit(() -> encoding.encode(span));
    }
    return spans.join();
  }

  private static void report(Progress progress, Sink<CompressionProgress> reports)
      throws InterruptedException, ExecutionException {
    for (Optional<CompressionProgress> sums = progress.next();
        sums.isPresent();
        sums = progress.next()) {
      reports.write(sums.get());
    }
  }

  private void store(
      ContextPlan plan, List<EncodedSpan> spans, Reservation quota, Sink<Context> result)
      throws Exception {
    boolean named = !plan.requestId().isEmpty();
    boolean delivered = false;
    try {
      result.write(put.put(plan, spans, quota));
      delivered = true;
    } finally {
      // Whoever named the request can ask for it again; nobody would ever find any other.
      if (!delivered && !named) {
        contexts.discard(plan.id());
      }
    }
  }

  /** What all spans of one upload have in common. */
  private final class Encoding {
    private final ContextPlan plan;
    private final TextBudget.Share memory;
    private final Reservation quota;
    private final Progress progress;

    Encoding(ContextPlan plan, TextBudget.Share memory, Reservation quota, Progress progress) {
      this.plan = plan;
      this.memory = memory;
      this.quota = quota;
      this.progress = progress;
    }

    EncodedSpan encode(ByteString text) {
      List<SpanWindow> windows =
          encoder.encode(plan.model(), text, plan.spanOptions(), this::encoded);
      if (!plan.head().getSourceKept()) {
        memory.giveBack(text.size());
        return new EncodedSpan(ByteString.EMPTY, windows);
      }
      return new EncodedSpan(text, windows);
    }

    private void encoded(SpanWindow window) {
      quota.encoded(window);
      progress.encoded(window);
    }
  }
}
