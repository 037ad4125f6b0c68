package ai.laconic.cli.client;

import ai.laconic.v1.ContextServiceGrpc;
import ai.laconic.v1.ContextServiceGrpc.ContextServiceBlockingStub;
import ai.laconic.v1.ContextServiceGrpc.ContextServiceStub;
import ai.laconic.v1.GenerationServiceGrpc;
import ai.laconic.v1.GenerationServiceGrpc.GenerationServiceBlockingStub;
import ai.laconic.v1.PoolServiceGrpc;
import ai.laconic.v1.PoolServiceGrpc.PoolServiceBlockingStub;
import io.grpc.ClientInterceptor;
import io.grpc.ConnectivityState;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.MetadataUtils;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Stubs on one channel to a gateway. Short calls have a deadline. An upload, a generation or an
 * expansion takes as long as it takes: it ends when the gateway is silent on the connection itself,
 * which is noticed within 30 seconds.
 */
public final class Connection implements AutoCloseable {
  private static final int UNARY_SECONDS = 15;

  /** Longest without an answer to anything at all: a ping after the first, at most the second. */
  private static final int PING_AFTER_SECONDS = 15;

  private static final int PONG_WITHIN_SECONDS = 10;

  /** Keepalive begins with the first answer of the server: until then this is the limit. */
  private static final Duration CONNECT_WITHIN = Duration.ofSeconds(20);

  private static final Metadata.Key<String> AUTHORIZATION =
      Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);

  private final String server;
  private final ManagedChannel channel;
  private final Duration connectWithin;

  private Connection(String server, ManagedChannel channel, Duration connectWithin) {
    this.server = server;
    this.channel = channel;
    this.connectWithin = connectWithin;
  }

  /**
   * Opens a channel; nothing is sent before the first call.
   *
   * @param server host and port
   * @param apiKey sent with every call, if there is one
   */
  public static Connection open(String server, Optional<String> apiKey) {
    return open(server, apiKey, CONNECT_WITHIN);
  }

  static Connection open(String server, Optional<String> apiKey, Duration connectWithin) {
    NettyChannelBuilder builder =
        NettyChannelBuilder.forTarget("dns:///" + server)
            .usePlaintext()
            .keepAliveTime(PING_AFTER_SECONDS, TimeUnit.SECONDS)
            .keepAliveTimeout(PONG_WITHIN_SECONDS, TimeUnit.SECONDS);
    apiKey.map(Connection::authorization).ifPresent(builder::intercept);
    return new Connection(server, builder.build(), connectWithin);
  }

  private static ClientInterceptor authorization(String apiKey) {
    Metadata headers = new Metadata();
    headers.put(AUTHORIZATION, "Bearer " + apiKey);
    return MetadataUtils.newAttachHeadersInterceptor(headers);
  }

  public ContextServiceBlockingStub contexts() {
    return ContextServiceGrpc.newBlockingStub(channel)
        .withDeadlineAfter(UNARY_SECONDS, TimeUnit.SECONDS);
  }

  /** For expansions, which are as long as their text. */
  public ContextServiceBlockingStub expansions() {
    connect();
    return ContextServiceGrpc.newBlockingStub(channel);
  }

  public ContextServiceStub uploads() {
    connect();
    return ContextServiceGrpc.newStub(channel);
  }

  public GenerationServiceBlockingStub generation() {
    connect();
    return GenerationServiceGrpc.newBlockingStub(channel);
  }

  public PoolServiceBlockingStub pools() {
    return PoolServiceGrpc.newBlockingStub(channel)
        .withDeadlineAfter(UNARY_SECONDS, TimeUnit.SECONDS);
  }

  /**
   * Waits until the gateway has answered or refused the connection; the call itself says why it was
   * refused.
   */
  private void connect() {
    long end = System.nanoTime() + connectWithin.toNanos();
    ConnectivityState state = channel.getState(true);
    while (state == ConnectivityState.IDLE || state == ConnectivityState.CONNECTING) {
      CountDownLatch changed = new CountDownLatch(1);
      channel.notifyWhenStateChanged(state, changed::countDown);
      try {
        if (!changed.await(end - System.nanoTime(), TimeUnit.NANOSECONDS)) {
          throw Status.UNAVAILABLE
              .withDescription(
                  "gateway: no answer from "
                      + server
                      + " (expected: one within "
                      + connectWithin.toSeconds()
                      + " s)")
              .asRuntimeException();
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new CancellationException("call: interrupted");
      }
      state = channel.getState(true);
    }
  }

  @Override
  public void close() {
    channel.shutdownNow();
  }
}
