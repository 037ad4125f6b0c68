package ai.laconic.gateway;

import ai.laconic.gateway.context.Uploader;
import ai.laconic.gateway.fake.FakeCache;
import ai.laconic.gateway.fake.FakeDecoder;
import ai.laconic.gateway.fake.FakeEncoder;
import ai.laconic.gateway.fake.FakeTier;
import ai.laconic.gateway.fake.Models;
import ai.laconic.gateway.hop.CacheClient;
import ai.laconic.gateway.hop.Retries;
import ai.laconic.gateway.pool.Pools;
import ai.laconic.gateway.pool.SpanEncoder;
import ai.laconic.servicekit.call.DeadlineServerInterceptor;
import ai.laconic.servicekit.call.StreamingCalls;
import ai.laconic.servicekit.call.ValidationServerInterceptor;
import ai.laconic.servicekit.error.ProblemServerInterceptor;
import ai.laconic.servicekit.peer.Peers;
import ai.laconic.servicekit.tenant.TenantServerInterceptor;
import ai.laconic.v1.Context;
import ai.laconic.v1.ContextOptions;
import ai.laconic.v1.ContextServiceGrpc;
import ai.laconic.v1.GenerationServiceGrpc;
import ai.laconic.v1.PoolServiceGrpc;
import build.buf.protovalidate.ValidatorFactory;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.stub.AbstractStub;
import io.grpc.stub.MetadataUtils;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.awaitility.Awaitility;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.grpc.client.ChannelBuilderOptions;
import org.springframework.grpc.client.GrpcChannelFactory;

/**
 * A gateway as it is put together in production, before fake tiers, over in-process channels. Two
 * pools: "four" at ratio 4 and "sixteen" at ratio 16.
 */
public final class GatewayFixture implements AutoCloseable {
  public static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");

  public final FakeEncoder encoder4 = new FakeEncoder(Models.model(Models.FINGERPRINT_A, 4));
  public final FakeDecoder decoder4 = new FakeDecoder(Models.model(Models.FINGERPRINT_A, 4));
  public final FakeEncoder encoder16 = new FakeEncoder(Models.model(Models.FINGERPRINT_B, 16));
  public final FakeDecoder decoder16 = new FakeDecoder(Models.model(Models.FINGERPRINT_B, 16));
  public final FakeCache cache = new FakeCache();
  public final FakeTier encoder4Tier;
  public final FakeTier decoder4Tier;
  public final FakeTier cacheTier;
  public final Pools pools;
  public final ManagedChannel channel;

  static {
    // A busy machine is not a failure.
    Awaitility.setDefaultTimeout(Duration.ofSeconds(30));
  }

  private final Deque<AutoCloseable> closeables = new ArrayDeque<>();

  private GatewayFixture(Map<String, Object> settings) throws Exception {
    encoder4Tier = opened(FakeTier.inProcess(encoder4));
    decoder4Tier = opened(FakeTier.inProcess(decoder4));
    cacheTier = opened(FakeTier.inProcess(cache));
    FakeTier encoder16Tier = opened(FakeTier.inProcess(encoder16));
    FakeTier decoder16Tier = opened(FakeTier.inProcess(decoder16));

    Map<String, Object> all = new HashMap<>();
    all.put("laconic.gateway.cache.target", cacheTier.target());
    all.put("laconic.gateway.pools[0].name", "four");
    all.put("laconic.gateway.pools[0].ratio", "4");
    all.put("laconic.gateway.pools[0].encoder.target", encoder4Tier.target());
    all.put("laconic.gateway.pools[0].decoder.target", decoder4Tier.target());
    all.put("laconic.gateway.pools[1].name", "sixteen");
    all.put("laconic.gateway.pools[1].ratio", "16");
    all.put("laconic.gateway.pools[1].encoder.target", encoder16Tier.target());
    all.put("laconic.gateway.pools[1].decoder.target", decoder16Tier.target());
    all.put("laconic.gateway.pool-refresh", "50ms");
    all.putAll(settings);
    GatewayProperties properties =
        new Binder(new MapConfigurationPropertySource(all))
            .bind("laconic.gateway", GatewayProperties.class)
            .get();

    GatewayConfiguration wiring = new GatewayConfiguration();
    Peers peers = opened(new Peers(new InProcessChannels()));
    pools = opened(wiring.pools(peers, properties));
    Retries retries = wiring.retries(properties);
    CacheClient client = wiring.cacheClient(wiring.cachePeer(peers, properties), retries);
    SpanEncoder spans = wiring.spanEncoder(retries);
    StreamingCalls calls = opened(wiring.streamingCalls(properties));
    ExecutorService hops = wiring.hopExecutor(properties);
    closeables.push(hops::shutdownNow);
    ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
    closeables.push(timer::shutdownNow);
    Clock clock = Clock.fixed(NOW, ZoneOffset.UTC);

    String name = UUID.randomUUID().toString();
    Server server =
        InProcessServerBuilder.forName(name)
            .addService(
                wiring.contextGrpc(
                    calls,
                    wiring.contextMaker(pools, spans, client, clock, properties, hops),
                    client))
            .addService(
                wiring.generationGrpc(calls, pools, spans, client, retries, properties, hops))
            .addService(wiring.poolGrpc(pools))
            // The last is the first to see a call.
            .intercept(new ValidationServerInterceptor(ValidatorFactory.newBuilder().build()))
            .intercept(new TenantServerInterceptor(wiring.apiKeys(properties)))
            .intercept(new DeadlineServerInterceptor(Duration.ofMinutes(1), timer))
            .intercept(new ProblemServerInterceptor())
            .build()
            .start();
    closeables.push(server::shutdownNow);
    channel = InProcessChannelBuilder.forName(name).build();
    closeables.push(channel::shutdownNow);
    pools.start();
    // Until both have answered, the pool of the lowest ratio is whichever was the first to.
    Awaitility.await()
        .pollInterval(Duration.ofMillis(1))
        .until(() -> pools.describe().stream().allMatch(pool -> pool.getMaxPositions() > 0));
  }

  /** Starts a gateway with these settings beside the usual ones. */
  public static GatewayFixture with(Object... namesAndValues) {
    Map<String, Object> settings = new HashMap<>();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      settings.put("laconic.gateway." + namesAndValues[i], namesAndValues[i + 1]);
    }
    try {
      return new GatewayFixture(settings);
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  public ContextServiceGrpc.ContextServiceBlockingStub contexts() {
    return ContextServiceGrpc.newBlockingStub(channel);
  }

  public ContextServiceGrpc.ContextServiceStub asyncContexts() {
    return ContextServiceGrpc.newStub(channel);
  }

  public GenerationServiceGrpc.GenerationServiceBlockingStub generation() {
    return GenerationServiceGrpc.newBlockingStub(channel);
  }

  public PoolServiceGrpc.PoolServiceBlockingStub poolService() {
    return PoolServiceGrpc.newBlockingStub(channel);
  }

  /** Makes a context and returns it. */
  public Context upload(ContextOptions options, String text) throws Exception {
    return Uploader.upload(asyncContexts(), options, text);
  }

  /** Returns the stub with one more header. */
  public static <S extends AbstractStub<S>> S withHeader(S stub, String name, String value) {
    Metadata headers = new Metadata();
    headers.put(Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER), value);
    return stub.withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers));
  }

  private <T extends AutoCloseable> T opened(T closeable) {
    closeables.push(closeable);
    return closeable;
  }

  @Override
  public void close() {
    for (AutoCloseable closeable : List.copyOf(closeables)) {
      try {
        closeable.close();
      } catch (Exception e) {
        throw new IllegalStateException(e);
      }
    }
  }

  private static final class InProcessChannels implements GrpcChannelFactory {
    @Override
    public boolean supports(String target) {
      return true;
    }

    @Override
    public ManagedChannel createChannel(String target, ChannelBuilderOptions options) {
      return InProcessChannelBuilder.forName(target).build();
    }
  }
}
