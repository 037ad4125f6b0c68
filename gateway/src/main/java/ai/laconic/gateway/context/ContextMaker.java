package ai.laconic.gateway.context;

import ai.laconic.gateway.limit.LimitProperties;
import ai.laconic.gateway.limit.TextBudget;
import ai.laconic.gateway.pool.Pools;
import ai.laconic.gateway.pool.ServedModel;
import ai.laconic.gateway.pool.SpanEncoder;
import ai.laconic.gateway.pool.SpanWindow;
import ai.laconic.gateway.upstream.CacheClient;
import ai.laconic.gateway.upstream.Fanout;
import ai.laconic.servicekit.call.Sink;
import ai.laconic.servicekit.error.Problems;
import ai.laconic.servicekit.tenant.TenantId;
import ai.laconic.v1.CompressionProgress;
import ai.laconic.v1.Context;
import ai.laconic.v1.ContextOptions;
import com.google.protobuf.ByteString;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.time.InstantSource;
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
  private final Pools pools;
  private final SpanEncoder encoder;
  private final CacheClient cache;
  private final ContextIds ids;
  private final InstantSource clock;
  private final ContextProperties properties;
  private final LimitProperties limits;
  private final TextBudget budget;
  private final Executor executor;

  public ContextMaker(
      Pools pools,
      SpanEncoder encoder,
      CacheClient cache,
      ContextIds ids,
      InstantSource clock,
      ContextProperties properties,
      LimitProperties limits,
      TextBudget budget,
      Executor executor) {
    this.pools = pools;
    this.encoder = encoder;
    this.cache = cache;
    this.ids = ids;
    this.clock = clock;
    this.properties = properties;
    this.limits = limits;
    this.budget = budget;
    this.executor = executor;
  }

  /** Makes the context; {@code result} gets it last, and only once the cache has all of it. */
  void make(
      ContextOptions options,
      Upload upload,
      Sink<CompressionProgress> reports,
      Sink<Context> result)
      throws Exception {
    Lifetime lifetime = Lifetime.of(options, clock.instant(), properties);
    ServedModel model = pools.toEncode(options.getRatio());
    Progress progress = new Progress();
    try (TextBudget.Share memory = budget.share(TenantId.current());
        Fanout<EncodedSpan> spans = new Fanout<>(executor, limits.spansInFlight(), progress::fail);
        Fanout<List<EncodedSpan>> reading = new Fanout<>(executor, 1, progress::fail)) {
      SpanSource source = new SpanSource(upload, limits, memory, progress::received);
      Encoding encoding = new Encoding(model, options, lifetime, memory, progress);
      reading.submit(
          () -> {
            List<EncodedSpan> encoded = encodeAll(source, spans, encoding);
            progress.finish();
            return encoded;
          });
      report(progress, reports);
      List<EncodedSpan> encoded = reading.join().get(0);
      String id = ids.of(TenantId.current(), options.getRequestId());
      store(
          Manifest.of(id, options, model.model(), lifetime, encoded),
          encoded,
          options.getRequestId(),
          result);
    }
  }

  private List<EncodedSpan> encodeAll(
      SpanSource source, Fanout<EncodedSpan> spans, Encoding encoding)
      throws InterruptedException, ExecutionException {
    for (Optional<ByteString> next = source.next(); next.isPresent(); next = source.next()) {
      ByteString span = next.get();
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
      Context manifest, List<EncodedSpan> spans, String requestId, Sink<Context> result)
      throws Exception {
    boolean named = !requestId.isEmpty();
    boolean delivered = false;
    try {
      result.write(put(manifest, spans, requestId));
      delivered = true;
    } finally {
      // Whoever named the request can ask for it again; nobody would ever find any other.
      if (!delivered && !named) {
        cache.discard(manifest.getId());
      }
    }
  }

  /** Returns the context that is there then: of a request that was sent before, the one of then. */
  private Context put(Context manifest, List<EncodedSpan> spans, String requestId)
      throws Exception {
    try {
      cache.put(manifest, () -> Manifest.texts(manifest.getSourceKept() ? spans : List.of()));
      return manifest;
    } catch (Exception e) {
      StatusRuntimeException problem = Problems.of(e);
      if (requestId.isEmpty() || problem.getStatus().getCode() != Status.Code.FAILED_PRECONDITION) {
        throw e;
      }
    }
    Context before = cache.get(manifest.getId());
    if (!Manifest.sameContent(before, manifest)) {
      throw Problems.alreadyExists(
          "request_id", requestId, "one that no other text or options were sent with");
    }
    return before;
  }

  /** What all spans of one upload have in common. */
  private final class Encoding {
    private final ServedModel model;
    private final ContextOptions options;
    private final Lifetime lifetime;
    private final TextBudget.Share memory;
    private final Progress progress;

    Encoding(
        ServedModel model,
        ContextOptions options,
        Lifetime lifetime,
        TextBudget.Share memory,
        Progress progress) {
      this.model = model;
      this.options = options;
      this.lifetime = lifetime;
      this.memory = memory;
      this.progress = progress;
    }

    EncodedSpan encode(ByteString text) {
      List<SpanWindow> windows =
          encoder.encode(model, text, options.getWindowing(), lifetime.ttl(), progress::encoded);
      if (options.getDiscardSource()) {
        memory.giveBack(text.size());
        return new EncodedSpan(ByteString.EMPTY, windows);
      }
      return new EncodedSpan(text, windows);
    }
  }
}
