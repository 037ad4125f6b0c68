package ai.laconic.it;

import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.netty.NettyChannelBuilder;
import java.util.concurrent.TimeUnit;

/** The health of one service. */
final class Health implements AutoCloseable {
  private final ManagedChannel channel;

  Health(String address) {
    channel = NettyChannelBuilder.forTarget("dns:///" + address).usePlaintext().build();
  }

  boolean serving() {
    try {
      return HealthGrpc.newBlockingStub(channel)
              .withDeadlineAfter(2, TimeUnit.SECONDS)
              .check(HealthCheckRequest.getDefaultInstance())
              .getStatus()
          == ServingStatus.SERVING;
    } catch (StatusRuntimeException away) {
      return false;
    }
  }

  @Override
  public void close() {
    channel.shutdownNow();
  }
}
