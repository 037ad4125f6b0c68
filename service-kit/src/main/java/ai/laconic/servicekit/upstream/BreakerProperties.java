package ai.laconic.servicekit.upstream;

import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig.SlidingWindowType;
import java.time.Duration;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Circuit breaker of a whole upstream, all its replicas together: a single bad replica is ejected
 * by gRPC long before.
 *
 * @param failureRate percent of the last calls that must fail by the upstream's own fault
 * @param lastCalls how many calls are looked at
 * @param openFor how long an open breaker waits before it lets a few calls through to see
 */
public record BreakerProperties(
    @DefaultValue("50") int failureRate,
    @DefaultValue("20") int lastCalls,
    @DefaultValue("5s") Duration openFor) {
  /** What is used where nothing is configured. */
  public static final BreakerProperties DEFAULT =
      new BreakerProperties(50, 20, Duration.ofSeconds(5));

  private static final int LEAST_CALLS = 10;
  private static final int CALLS_TO_PROBE = 3;

  /** Streams take as long as they take: only failures count. */
  private static final Duration NEVER_SLOW = Duration.ofDays(365);

  public BreakerProperties {
    if (failureRate < 1 || failureRate > 100) {
      throw new IllegalArgumentException(
          "breaker.failure-rate: " + failureRate + " (expected: 1 to 100 percent)");
    }
    if (lastCalls < 1) {
      throw new IllegalArgumentException(
          "breaker.last-calls: " + lastCalls + " (expected: 1 or more)");
    }
    if (openFor.toMillis() < 1) {
      throw new IllegalArgumentException(
          "breaker.open-for: " + openFor + " (expected: 1ms or more)");
    }
  }

  CircuitBreakerConfig config() {
    return CircuitBreakerConfig.custom()
        .failureRateThreshold(failureRate)
        .slidingWindow(lastCalls, Math.min(lastCalls, LEAST_CALLS), SlidingWindowType.COUNT_BASED)
        .permittedNumberOfCallsInHalfOpenState(CALLS_TO_PROBE)
        .waitDurationInOpenState(openFor)
        .slowCallDurationThreshold(NEVER_SLOW)
        // Callers that look before they call would never come and see.
        .automaticTransitionFromOpenToHalfOpenEnabled(true)
        .build();
  }
}
