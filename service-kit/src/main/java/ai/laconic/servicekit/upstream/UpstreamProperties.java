package ai.laconic.servicekit.upstream;

import java.time.Duration;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Where an upstream is, and how long it may take.
 *
 * @param target gRPC target such as {@code dns:///encoder:7071}, or a channel name of {@code
 *     spring.grpc.client.channel}
 * @param unaryTimeout limit of calls with one answer
 * @param streamIdleTimeout how long a stream may say nothing while it is asked; longer than a call
 *     may wait for admission there. A stream that goes on takes as long as it takes
 * @param breaker circuit breaker of all replicas together
 */
public record UpstreamProperties(
    @DefaultValue("") String target,
    @DefaultValue("10s") Duration unaryTimeout,
    @DefaultValue("5m") Duration streamIdleTimeout,
    @DefaultValue BreakerProperties breaker) {
  public UpstreamProperties {
    if (target.isBlank()) {
      throw new IllegalArgumentException(
          "target: none (expected: a gRPC target such as dns:///encoder:7071)");
    }
    positive("unary-timeout", unaryTimeout);
    positive("stream-idle-timeout", streamIdleTimeout);
  }

  private static void positive(String name, Duration value) {
    if (value.toMillis() < 1) {
      throw new IllegalArgumentException(name + ": " + value + " (expected: 1ms or more)");
    }
  }
}
