package ai.laconic.cache.service;

import ai.laconic.cache.block.Blocks;
import ai.laconic.cache.context.Contexts;
import ai.laconic.cache.context.Quotas;
import ai.laconic.cache.seal.MasterKey;
import ai.laconic.cache.seal.Seal;
import ai.laconic.cache.store.StoreHarness;
import ai.laconic.servicekit.admission.Admission;
import ai.laconic.servicekit.admission.AdmissionLimits;
import ai.laconic.servicekit.call.MinDataRate;
import ai.laconic.servicekit.call.StreamingCalls;
import ai.laconic.servicekit.call.ValidationServerInterceptor;
import ai.laconic.servicekit.error.ProblemServerInterceptor;
import ai.laconic.servicekit.tenant.TenantClientInterceptor;
import ai.laconic.servicekit.tenant.TenantId;
import ai.laconic.servicekit.tenant.TenantResolver;
import ai.laconic.servicekit.tenant.TenantServerInterceptor;
import ai.laconic.v1.LatentCacheServiceGrpc;
import build.buf.protovalidate.ValidatorFactory;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerInterceptors;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import org.springframework.util.unit.DataSize;

/** The service behind its interceptors, over an in-process channel. */
final class CacheServer implements AutoCloseable {
  private static final int WAIT_SECONDS = 60;
  private static final MinDataRate PATIENT =
      new MinDataRate(DataSize.ofBytes(1), Duration.ofMinutes(10));

  static final int MAX_BLOCK_BYTES = 8 << 20;

  final StoreHarness stores;
  private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();

  /** What bounds the calls. */
  final Admission running;

  private final StreamingCalls calls;
  private final Server server;
  private final ManagedChannel channel;

  /**
   * @param stores closed with it
   * @param keys that encrypt; none for no encryption
   */
  CacheServer(StoreHarness stores, Quotas quotas, List<MasterKey> keys) throws IOException {
    this.stores = stores;
    running =
        new Admission(
            "cache calls", new AdmissionLimits(64, 1, 100, Duration.ofMinutes(10)), timer);
    calls = new StreamingCalls("cache", running, PATIENT);
    Seal seal = new Seal(keys);
    Duration maxTtl = Duration.ofDays(30);
    Blocks blocks = new Blocks(stores.blocks(), seal, maxTtl, MAX_BLOCK_BYTES);
    Contexts contexts =
        new Contexts(stores.contexts(), stores.blocks(), seal, quotas, maxTtl, stores::now);
    String name = InProcessServerBuilder.generateName();
    server =
        InProcessServerBuilder.forName(name)
            .addService(
                ServerInterceptors.interceptForward(
                    new LatentCacheHandlers(blocks, contexts, calls),
                    new ProblemServerInterceptor(),
                    new TenantServerInterceptor(TenantResolver.trustedHeader()),
                    new ValidationServerInterceptor(ValidatorFactory.newBuilder().build())))
            .build()
            .start();
    channel = InProcessChannelBuilder.forName(name).build();
  }

  /** Returns a stub that names no tenant. */
  LatentCacheServiceGrpc.LatentCacheServiceStub anonymous() {
    return LatentCacheServiceGrpc.newStub(channel)
        .withDeadlineAfter(WAIT_SECONDS, TimeUnit.SECONDS);
  }

  LatentCacheServiceGrpc.LatentCacheServiceStub async(TenantId tenant) {
    Metadata headers = new Metadata();
    headers.put(TenantClientInterceptor.HEADER, tenant.value());
    return anonymous().withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers));
  }

  LatentCacheServiceGrpc.LatentCacheServiceBlockingStub blocking(TenantId tenant) {
    Metadata headers = new Metadata();
    headers.put(TenantClientInterceptor.HEADER, tenant.value());
    return LatentCacheServiceGrpc.newBlockingStub(channel)
        .withDeadlineAfter(WAIT_SECONDS, TimeUnit.SECONDS)
        .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers));
  }

  /** Makes a call with a stream of requests, and throws what it fails with. */
  static <Q, R> R send(
      BiFunction<
              LatentCacheServiceGrpc.LatentCacheServiceStub, StreamObserver<R>, StreamObserver<Q>>
          method,
      LatentCacheServiceGrpc.LatentCacheServiceStub stub,
      List<Q> requests)
      throws Throwable {
    Answer<Q, R> answer = new Answer<>();
    StreamObserver<Q> call = method.apply(stub, answer);
    requests.forEach(call::onNext);
    call.onCompleted();
    return answer.get();
  }

  /** The one answer to a stream of requests. */
  static final class Answer<Q, R> implements ClientResponseObserver<Q, R> {
    private final CompletableFuture<R> future = new CompletableFuture<>();

    @Override
    public void beforeStart(ClientCallStreamObserver<Q> call) {}

    @Override
    public void onNext(R value) {
      future.complete(value);
    }

    @Override
    public void onError(Throwable thrown) {
      future.completeExceptionally(thrown);
    }

    @Override
    public void onCompleted() {}

    R get() throws Throwable {
      try {
        return future.get(WAIT_SECONDS, TimeUnit.SECONDS);
      } catch (ExecutionException e) {
        throw e.getCause() == null ? e : e.getCause();
      }
    }
  }

  @Override
  public void close() throws Exception {
    close(true);
  }

  /**
   * @param withStores whether they are closed too
   */
  void close(boolean withStores) throws Exception {
    channel.shutdownNow();
    server.shutdownNow();
    calls.close();
    timer.shutdownNow();
    if (withStores) {
      stores.close();
    }
  }
}
