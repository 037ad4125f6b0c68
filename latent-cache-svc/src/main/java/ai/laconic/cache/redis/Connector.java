package ai.laconic.cache.redis;

import io.lettuce.core.AbstractRedisClient;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.MaintNotificationsConfig;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.SslOptions;
import io.lettuce.core.cluster.ClusterClientOptions;
import io.lettuce.core.cluster.ClusterTopologyRefreshOptions;
import io.lettuce.core.cluster.RedisClusterClient;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.Delay;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.ssl.SslBundle;

/** Opens connections to one Redis, to the master that sentinels name, or to a cluster. */
final class Connector implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Connector.class);

  private static final Duration FIRST_RETRY = Duration.ofMillis(50);
  private static final Duration LAST_RETRY = Duration.ofMillis(500);
  private static final Duration CLOSE = Duration.ofSeconds(2);

  /** How soon a cluster is asked again who owns what: without cause, and after a surprise. */
  private static final Duration TOPOLOGY_REFRESH = Duration.ofSeconds(15);

  private static final Duration REFRESH_PAUSE = Duration.ofMillis(250);

  private final String name;
  private final AtomicReference<String> lastFailure = new AtomicReference<>("");
  private final ClientResources resources;
  private final AbstractRedisClient client;
  private final Supplier<CompletableFuture<RedisConnection>> opening;
  private final Supplier<CompletionStage<Void>> refreshing;
  private long askedAt = System.nanoTime() - REFRESH_PAUSE.toNanos();
  private CompletableFuture<Void> refreshed = CompletableFuture.completedFuture(null);

  private Connector(
      String name,
      ClientResources resources,
      AbstractRedisClient client,
      Supplier<CompletableFuture<RedisConnection>> opening,
      Supplier<CompletionStage<Void>> refreshing) {
    this.name = name;
    this.resources = resources;
    this.client = client;
    this.opening = opening;
    this.refreshing = refreshing;
  }

  static Connector of(RedisAddress address, RedisSettings settings) {
    ClientResources resources =
        ClientResources.builder()
            .reconnectDelay(
                () -> Delay.fullJitter(FIRST_RETRY, LAST_RETRY, 2, TimeUnit.MILLISECONDS))
            .build();
    return address.cluster()
        ? toCluster(resources, address, settings)
        : toMaster(resources, address, settings);
  }

  private static Connector toMaster(
      ClientResources resources, RedisAddress address, RedisSettings settings) {
    RedisURI uri = address.nodes().get(0);
    RedisClient client = RedisClient.create(resources, uri);
    // Whoever needs a connection opens the next one: it asks the sentinels, and waits for it.
    client.setOptions(options(ClientOptions.builder().autoReconnect(false), settings).build());
    return new Connector(
        address.name(),
        resources,
        client,
        () ->
            client
                .connectAsync(ByteArrayCodec.INSTANCE, uri)
                .toCompletableFuture()
                .thenApply(RedisConnection::of),
        () -> CompletableFuture.completedFuture(null));
  }

  private static Connector toCluster(
      ClientResources resources, RedisAddress address, RedisSettings settings) {
    RedisClusterClient client = RedisClusterClient.create(resources, address.nodes());
    ClusterClientOptions.Builder options =
        ClusterClientOptions.builder()
            .topologyRefreshOptions(
                ClusterTopologyRefreshOptions.builder()
                    .enablePeriodicRefresh(TOPOLOGY_REFRESH)
                    .enableAllAdaptiveRefreshTriggers()
                    .adaptiveRefreshTriggersTimeout(REFRESH_PAUSE)
                    .build());
    options(options, settings);
    client.setOptions(options.build());
    return new Connector(
        address.name(),
        resources,
        client,
        () ->
            client
                .refreshPartitionsAsync()
                .toCompletableFuture()
                .thenCompose(known -> client.connectAsync(ByteArrayCodec.INSTANCE))
                .thenApply(RedisConnection::of),
        client::refreshPartitionsAsync);
  }

  private static ClientOptions.Builder options(
      ClientOptions.Builder options, RedisSettings settings) {
    settings.tls().ifPresent(bundle -> options.sslOptions(ssl(bundle)));
    return options
        // A command is sent once: its caller knows best whether it may be repeated.
        .disconnectedBehavior(ClientOptions.DisconnectedBehavior.REJECT_COMMANDS)
        .maintNotificationsConfig(MaintNotificationsConfig.disabled())
        .socketOptions(
            SocketOptions.builder()
                .connectTimeout(settings.commandTimeout())
                .keepAlive(true)
                .build());
  }

  private static SslOptions ssl(SslBundle bundle) {
    SslOptions.Builder ssl =
        SslOptions.builder()
            .keyManager(bundle.getManagers().getKeyManagerFactory())
            .trustManager(bundle.getManagers().getTrustManagerFactory());
    String[] ciphers = bundle.getOptions().getCiphers();
    if (ciphers != null) {
      ssl.cipherSuites(ciphers);
    }
    String[] protocols = bundle.getOptions().getEnabledProtocols();
    if (protocols != null) {
      ssl.protocols(protocols);
    }
    return ssl.build();
  }

  CompletableFuture<RedisConnection> connect() {
    return opening.get().whenComplete((connection, failure) -> report(failure));
  }

  /** Asks a cluster again who owns what, once for all who wish it at a time. */
  synchronized CompletableFuture<Void> refresh() {
    if (refreshed.isDone()) {
      refreshed = refreshing.get().toCompletableFuture();
    }
    return refreshed;
  }

  /** As {@link #refresh}, unless that has just been done. */
  synchronized void refreshSoon() {
    long now = System.nanoTime();
    if (now - askedAt >= REFRESH_PAUSE.toNanos()) {
      askedAt = now;
      CompletableFuture<Void> unused = refresh();
    }
  }

  /** Once for each cause: it is tried again and again. */
  private void report(@Nullable Throwable failure) {
    String cause = failure == null ? "" : rootCause(failure).toString();
    if (!cause.equals(lastFailure.getAndSet(cause)) && !cause.isEmpty()) {
      log.warn("{}: not connected: {}", name, cause);
    }
  }

  /** The causes above it repeat the URI. */
  private static Throwable rootCause(Throwable failure) {
    Throwable cause = failure;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause;
  }

  /** Closes all connections too. */
  @Override
  public void close() {
    client.shutdown(Duration.ZERO, CLOSE);
    resources
        .shutdown(0, CLOSE.toMillis(), TimeUnit.MILLISECONDS)
        .awaitUninterruptibly(CLOSE.toMillis(), TimeUnit.MILLISECONDS);
  }
}
