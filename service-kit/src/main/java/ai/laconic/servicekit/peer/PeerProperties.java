package ai.laconic.servicekit.peer;

import ai.laconic.servicekit.guard.GuardSettings;
import java.time.Duration;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Where a peer is and how long its calls may take.
 *
 * @param target gRPC target such as {@code dns:///encoder:7071}, or a channel name of {@code
 *     spring.grpc.client.channel}
 * @param unaryTimeout limit of calls with one answer
 * @param streamTimeout limit of streams, first to last message
 * @param guard circuit breaker and bulkhead
 */
public record PeerProperties(
    @DefaultValue("") String target,
    @DefaultValue("10s") Duration unaryTimeout,
    @DefaultValue("10m") Duration streamTimeout,
    @DefaultValue GuardSettings guard) {
  public PeerProperties {
    if (target.isBlank()) {
      throw new IllegalArgumentException(
          "target: none (expected: a gRPC target such as dns:///encoder:7071)");
    }
  }
}
