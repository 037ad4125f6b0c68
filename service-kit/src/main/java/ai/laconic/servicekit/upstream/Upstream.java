package ai.laconic.servicekit.upstream;

import ai.laconic.servicekit.tenant.TenantClientInterceptor;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptors;
import io.grpc.ConnectivityState;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * One tier as its callers see it: all its replicas behind one channel. gRPC finds, health-checks,
 * balances, ejects and retries them one by one; the circuit breaker is about all of them together.
 */
public final class Upstream implements AutoCloseable {
  private static final int CLOSE_SECONDS = 5;

  private final String name;
  private final ManagedChannel replicas;
  private final BreakerInterceptor breaker;
  private final Channel control;
  private final Channel channel;
  private final Consumer<Upstream> onClose;

  Upstream(
      String name,
      ManagedChannel replicas,
      UpstreamProperties properties,
      ScheduledExecutorService timer,
      Consumer<Upstream> onClose) {
    this.name = name;
    this.onClose = onClose;
    this.replicas = replicas;
    this.breaker = new BreakerInterceptor(name, properties.breaker());
    Channel watched =
        ClientInterceptors.intercept(
            replicas,
            new IdleStreamInterceptor(name, properties.streamIdleTimeout(), timer),
            new TenantClientInterceptor());
    // The breaker sees a failure before it is named: then it lies behind whoever hands it on.
    this.control = named(watched, properties);
    this.channel = named(ClientInterceptors.intercept(watched, breaker), properties);
  }

  /** The last interceptor sees a call first. */
  private Channel named(Channel inner, UpstreamProperties properties) {
    return ClientInterceptors.intercept(
        inner,
        new UpstreamStatusInterceptor(name),
        new UnaryDeadlineInterceptor(properties.unaryTimeout()),
        Upstream::rememberAttempts);
  }

  private static <Q, R> ClientCall<Q, R> rememberAttempts(
      MethodDescriptor<Q, R> method, CallOptions options, Channel next) {
    return next.newCall(method, Placement.remembering(options));
  }

  /** Returns its name for messages, such as "decoder of pool nano-4x". */
  public String name() {
    return name;
  }

  /** Returns the channel that stubs are made on. */
  public Channel channel() {
    return channel;
  }

  /**
   * Returns a channel past the circuit breaker, for questions about the upstream itself: they must
   * not outvote its work, nor be kept from an upstream that is to be looked at.
   */
  public Channel control() {
    return control;
  }

  /**
   * Returns whether a healthy replica is connected and calls pass. Asks nobody, and never waits.
   */
  public boolean available() {
    return replicas.getState(true) == ConnectivityState.READY && breaker.passes();
  }

  /** Ends its calls after a while; the channel takes no more from now on. */
  @Override
  public void close() {
    onClose.accept(this);
    replicas.shutdown();
    try {
      if (!replicas.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS)) {
        replicas.shutdownNow();
      }
    } catch (InterruptedException e) {
      replicas.shutdownNow();
      Thread.currentThread().interrupt();
    }
  }
}
