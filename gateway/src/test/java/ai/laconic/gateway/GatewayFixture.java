package ai.laconic.gateway;

import ai.laconic.cacheclient.context.ContextClient;
import ai.laconic.gateway.context.Appender;
import ai.laconic.gateway.context.Uploader;
import ai.laconic.gateway.fake.FakeCache;
import ai.laconic.gateway.fake.FakeDecoder;
import ai.laconic.gateway.fake.FakeEncoder;
import ai.laconic.gateway.fake.FakeTier;
import ai.laconic.gateway.fake.Models;
import ai.laconic.gateway.healing.Healer;
import ai.laconic.gateway.healing.SourceEncoder;
import ai.laconic.gateway.pool.Pools;
import ai.laconic.gateway.pool.SpanEncoder;
import ai.laconic.servicekit.ServiceProperties;
import ai.laconic.servicekit.call.MinDataRate;
import ai.laconic.servicekit.call.StreamingCalls;
import ai.laconic.servicekit.call.UnaryLimitServerInterceptor;
import ai.laconic.servicekit.call.ValidationServerInterceptor;
import ai.laconic.servicekit.error.ProblemServerInterceptor;
import ai.laconic.servicekit.tenant.TenantServerInterceptor;
import ai.laconic.servicekit.upstream.Restarts;
import ai.laconic.servicekit.upstream.Upstreams;
import ai.laconic.v1.AppendOptions;
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
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.AbstractStub;
import io.grpc.stub.MetadataUtils;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
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
import org.springframework.boot.grpc.server.autoconfigure.GrpcServerProperties;
import org.springframework.grpc.client.ChannelBuilderOptions;
import org.springframework.grpc.client.GrpcChannelFactory;
import org.springframework.util.unit.DataSize;

/**
 * A gateway as it is put together in production, before fake tiers. Two pools: "four" at ratio 4
 * and "sixteen" at ratio 16.
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
  public final FakeTier encoder16Tier;
  public final FakeTier decoder16Tier;
  public final FakeTier cacheTier;
  public final MeterRegistry metrics = new SimpleMeterRegistry();
  public final Pools pools;
  public final ManagedChannel channel;

  static {
    // A busy machine is not a failure.
    Awaitility.setDefaultTimeout(Duration.ofSeconds(30));
  }

  /** A setting of the service kit's: how far a client may fall behind. */
  private static final String GRACE = "laconic.gateway.grace";

  private final Deque<AutoCloseable> closeables = new ArrayDeque<>();

  private GatewayFixture(Map<String, Object> settings, boolean untilReady) throws Exception {
    encoder4.onStored = cache.absent::remove;
    encoder16.onStored = cache.absent::remove;
    encoder4Tier = opened(FakeTier.onPort(encoder4).serving(encoder4.model));
    decoder4Tier = opened(FakeTier.onPort(decoder4).serving(decoder4.model));
    cacheTier = opened(FakeTier.onPort(cache));
    encoder16Tier = opened(FakeTier.onPort(encoder16).serving(encoder16.model));
    decoder16Tier = opened(FakeTier.onPort(decoder16).serving(decoder16.model));

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
    all.remove(GRACE);
    GatewayProperties properties =
        new Binder(new MapConfigurationPropertySource(all))
            .bind("laconic.gateway", GatewayProperties.class)
            .get();

    GatewayConfiguration wiring = new GatewayConfiguration();
    ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
    closeables.push(timer::shutdownNow);
    Upstreams upstreams = opened(new Upstreams(new PlainChannels(), timer));
    pools = opened(wiring.pools(upstreams, properties));
    Restarts restarts = wiring.restarts(properties);
    ContextClient client =
        wiring.contextClient(wiring.cacheUpstream(upstreams, properties), restarts, properties);
    SpanEncoder spans = wiring.spanEncoder(restarts);
    StreamingCalls calls =
        opened(
            wiring.streamingCalls(
                wiring.gatewayCalls(properties, timer),
                new ServiceProperties(
                    Duration.ofMinutes(1),
                    new MinDataRate(
                        DataSize.ofBytes(1),
                        Duration.parse((String) settings.getOrDefault(GRACE, "PT1M"))),
                    Duration.ofSeconds(1),
                    null)));
    ExecutorService inParallel = wiring.upstreamExecutor();
    closeables.push(inParallel::shutdownNow);
    Clock clock = Clock.fixed(NOW, ZoneOffset.UTC);
    SourceEncoder sources = wiring.sourceEncoder(client, spans, clock, properties);
    Healer healer = new Healer(sources, inParallel, properties.limits().spansInFlight(), metrics);

    String name = UUID.randomUUID().toString();
    Server server =
        InProcessServerBuilder.forName(name)
            .addService(
                wiring.contextGrpc(calls, pools, spans, client, clock, properties, inParallel))
            .addService(
                wiring.generationGrpc(
                    calls, pools, sources, healer, client, properties, inParallel))
            .addService(wiring.poolGrpc(pools))
            // The last is the first to see a call.
            .intercept(new ValidationServerInterceptor(ValidatorFactory.newBuilder().build()))
            .intercept(
                new TenantServerInterceptor(wiring.apiKeys(properties, new GrpcServerProperties())))
            .intercept(new UnaryLimitServerInterceptor(Duration.ofMinutes(1), timer))
            .intercept(new ProblemServerInterceptor())
            .build()
            .start();
    closeables.push(server::shutdownNow);
    channel = InProcessChannelBuilder.forName(name).build();
    closeables.push(channel::shutdownNow);
    pools.start();
    if (untilReady) {
      // Before that the pool of the lowest ratio is whichever was the first to answer.
      Awaitility.await()
          .pollInterval(Duration.ofMillis(1))
          .until(
              () ->
                  pools.describe().stream()
                      .allMatch(pool -> pool.getEncoderReady() && pool.getDecoderReady()));
    }
  }

  /** Starts a gateway with these settings beside the usual ones. */
  public static GatewayFixture with(Object... namesAndValues) {
    return start(true, namesAndValues);
  }

  /** Starts one whose pools can't all serve. */
  public static GatewayFixture unready(Object... namesAndValues) {
    return start(false, namesAndValues);
  }

  private static GatewayFixture start(boolean untilReady, Object... namesAndValues) {
    Map<String, Object> settings = new HashMap<>();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      settings.put("laconic.gateway." + namesAndValues[i], namesAndValues[i + 1]);
    }
    try {
      return new GatewayFixture(settings, untilReady);
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

  /** Appends to a context and returns the new one. */
  public Context append(AppendOptions options, String text) throws Exception {
    return Appender.append(asyncContexts(), options, text);
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

  /** Channels as the application opens them: gRPC retries nothing within a process. */
  private static final class PlainChannels implements GrpcChannelFactory {
    @Override
    public boolean supports(String target) {
      return true;
    }

    @Override
    public ManagedChannel createChannel(String target, ChannelBuilderOptions options) {
      NettyChannelBuilder builder =
          NettyChannelBuilder.forTarget(target.replace("static://", "dns:///")).usePlaintext();
      options.<NettyChannelBuilder>customizer().customize(target, builder);
      return builder.build();
    }
  }
}
