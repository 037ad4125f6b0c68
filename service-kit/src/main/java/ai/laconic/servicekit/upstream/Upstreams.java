package ai.laconic.servicekit.upstream;

import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.springframework.grpc.client.ChannelBuilderOptions;
import org.springframework.grpc.client.GrpcChannelFactory;

/** Opens upstreams and closes them with the service. */
public final class Upstreams implements AutoCloseable {
  /** Replicas that say of themselves that they serve, whatever they serve. */
  private static final String ANY = "";

  private static final int MAX_MESSAGE_BYTES = 20 << 20;

  /** Requests that wait for their first answer: one that isn't kept can't go to another replica. */
  private static final long RETRY_BUFFER_BYTES = 256L << 20;

  /** A peer that is to answer and doesn't is asked after this; one that stopped never answers. */
  private static final int KEEP_ALIVE_SECONDS = 10;

  private static final int KEEP_ALIVE_TIMEOUT_SECONDS = 10;

  /** For gRPC this is for ever. An idle channel would know of no replica's health. */
  private static final int NEVER_IDLE_DAYS = 30;

  private final GrpcChannelFactory channels;
  private final ScheduledExecutorService timer;
  private final List<AutoCloseable> opened = new CopyOnWriteArrayList<>();

  /**
   * @param timer ends what takes too long; its thread does nothing long
   */
  public Upstreams(GrpcChannelFactory channels, ScheduledExecutorService timer) {
    this.channels = channels;
    this.timer = timer;
  }

  /** Opens a tier of Laconic's. */
  public Upstream open(String name, UpstreamProperties properties) {
    return open(name, properties, ANY);
  }

  /**
   * Opens those replicas of a tier that serve one model.
   *
   * @param healthService under which they report to be SERVING, see {@link
   *     ai.laconic.servicekit.health.HealthName}
   */
  public Upstream open(String name, UpstreamProperties properties, String healthService) {
    return add(
        new Upstream(
            name,
            channel(
                properties.target(),
                MAX_MESSAGE_BYTES,
                builder -> builder.defaultServiceConfig(ServiceConfig.of(healthService))),
            properties,
            timer,
            opened::remove));
  }

  /**
   * Opens a server that isn't Laconic's: no health checks and no retry.
   *
   * @param maxMessageBytes most bytes of one answer
   */
  public Upstream openForeign(String name, UpstreamProperties properties, int maxMessageBytes) {
    return add(
        new Upstream(
            name,
            channel(properties.target(), maxMessageBytes, Upstreams::plainRoundRobin),
            properties,
            timer,
            opened::remove));
  }

  /** Opens a bare channel, for whoever has to see the connection itself. */
  public ManagedChannel connect(String target) {
    ManagedChannel channel = channel(target, MAX_MESSAGE_BYTES, Upstreams::plainRoundRobin);
    opened.add(channel::shutdownNow);
    return channel;
  }

  private static void plainRoundRobin(ManagedChannelBuilder<?> builder) {
    builder.defaultLoadBalancingPolicy("round_robin").disableRetry();
  }

  private Upstream add(Upstream upstream) {
    opened.add(upstream);
    return upstream;
  }

  private ManagedChannel channel(
      String target, int maxMessageBytes, Consumer<ManagedChannelBuilder<?>> customizer) {
    return channels.createChannel(target, options(maxMessageBytes, customizer));
  }

  private static <B extends ManagedChannelBuilder<B>> ChannelBuilderOptions options(
      int maxMessageBytes, Consumer<ManagedChannelBuilder<?>> customizer) {
    return ChannelBuilderOptions.defaults()
        .<B>withCustomizer(
            (target, builder) -> {
              customizer.accept(builder);
              builder
                  .maxInboundMessageSize(maxMessageBytes)
                  .perRpcBufferLimit(MAX_MESSAGE_BYTES)
                  .retryBufferSize(RETRY_BUFFER_BYTES)
                  .idleTimeout(NEVER_IDLE_DAYS, TimeUnit.DAYS)
                  .keepAliveTime(KEEP_ALIVE_SECONDS, TimeUnit.SECONDS)
                  .keepAliveTimeout(KEEP_ALIVE_TIMEOUT_SECONDS, TimeUnit.SECONDS);
            });
  }

  @Override
  public void close() throws Exception {
    for (AutoCloseable each : opened) {
      each.close();
    }
  }
}
