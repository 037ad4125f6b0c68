package ai.laconic.servicekit.guard;

import io.github.resilience4j.bulkhead.BulkheadConfig;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig.SlidingWindowType;
import java.time.Duration;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Limits for the calls to one peer.
 *
 * @param maxConcurrentCalls calls in flight, streams included
 * @param failureRate percent of the last calls that must fail for the circuit to open
 * @param lastCalls how many calls are looked at
 * @param openFor how long an open circuit waits before it lets a few calls through to see
 */
public record GuardSettings(
    @DefaultValue("64") int maxConcurrentCalls,
    @DefaultValue("50") int failureRate,
    @DefaultValue("20") int lastCalls,
    @DefaultValue("5s") Duration openFor) {
  /** What is used where nothing is configured. */
  public static final GuardSettings DEFAULT = new GuardSettings(64, 50, 20, Duration.ofSeconds(5));

  private static final int CALLS_TO_PROBE = 3;

  public GuardSettings {
    if (maxConcurrentCalls < 1) {
      throw new IllegalArgumentException(
          "max-concurrent-calls: " + maxConcurrentCalls + " (expected: 1 or more)");
    }
    if (failureRate < 1 || failureRate > 100) {
      throw new IllegalArgumentException(
          "failure-rate: " + failureRate + " (expected: 1 to 100 percent)");
    }
    if (lastCalls < 1) {
      throw new IllegalArgumentException("last-calls: " + lastCalls + " (expected: 1 or more)");
    }
  }

  CircuitBreakerConfig circuitBreaker() {
    return CircuitBreakerConfig.custom()
        .failureRateThreshold(failureRate)
        .slidingWindow(lastCalls, Math.min(lastCalls, 5), SlidingWindowType.COUNT_BASED)
        .permittedNumberOfCallsInHalfOpenState(CALLS_TO_PROBE)
        .waitDurationInOpenState(openFor)
        .automaticTransitionFromOpenToHalfOpenEnabled(false)
        .build();
  }

  BulkheadConfig bulkhead() {
    return BulkheadConfig.custom()
        .maxConcurrentCalls(maxConcurrentCalls)
        .maxWaitDuration(Duration.ZERO)
        .build();
  }
}
