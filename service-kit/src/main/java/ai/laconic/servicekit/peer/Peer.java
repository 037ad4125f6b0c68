package ai.laconic.servicekit.peer;

import ai.laconic.servicekit.call.DeadlineClientInterceptor;
import ai.laconic.servicekit.guard.PeerGuard;
import ai.laconic.servicekit.health.ReadinessCheck;
import ai.laconic.servicekit.tenant.TenantClientInterceptor;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import java.util.concurrent.TimeUnit;

/** One other service. Its channel is closed by whoever opened it. */
public final class Peer implements ReadinessCheck {
  private static final int HEALTH_TIMEOUT_MILLIS = 1000;

  private final String name;
  private final PeerGuard guard;
  private final Channel guarded;
  private final HealthGrpc.HealthBlockingStub health;

  /**
   * @param name for messages, such as "decoder of pool nano-4x"
   * @param channel to it
   * @param properties limits of its calls
   */
  public Peer(String name, ManagedChannel channel, PeerProperties properties) {
    this.name = name;
    this.guard = new PeerGuard(name, properties.guard());
    // The last interceptor sees a call first.
    this.guarded =
        ClientInterceptors.intercept(
            channel,
            new DeadlineClientInterceptor(properties.unaryTimeout(), properties.streamTimeout()),
            new TenantClientInterceptor(),
            new PeerStatusInterceptor(name),
            guard);
    this.health = HealthGrpc.newBlockingStub(channel);
  }

  /** Returns the channel that stubs are made on. */
  public Channel channel() {
    return guarded;
  }

  @Override
  public String name() {
    return name;
  }

  /** Asks the peer's health service; false as well if it can't be reached within a second. */
  @Override
  public boolean ready() {
    try {
      return health
              .withDeadlineAfter(HEALTH_TIMEOUT_MILLIS, TimeUnit.MILLISECONDS)
              .check(HealthCheckRequest.getDefaultInstance())
              .getStatus()
          == ServingStatus.SERVING;
    } catch (StatusRuntimeException unreachable) {
      return false;
    }
  }
}
