package ai.laconic.servicekit.upstream;

import java.util.List;
import java.util.Map;

/**
 * What gRPC is to do by itself for calls to a tier: <a
 * href="https://github.com/grpc/grpc/blob/master/doc/service_config.md">service config</a>.
 */
final class ServiceConfig {
  /** Repeated, it would find nothing and say so. */
  private static final Map<String, Object> NOT_IDEMPOTENT =
      Map.of(
          "name",
          List.of(Map.of("service", "laconic.v1.LatentCacheService", "method", "RemoveContext")));

  private ServiceConfig() {}

  /**
   * Returns the config of a channel.
   *
   * @param healthService that replicas must be SERVING under
   */
  static Map<String, Object> of(String healthService) {
    return Map.of(
        "healthCheckConfig",
        Map.of("serviceName", healthService),
        "loadBalancingConfig",
        List.of(Map.of(ReplicaBalancerProvider.POLICY, outlierDetection())),
        "retryThrottling",
        Map.of("maxTokens", 100.0, "tokenRatio", 0.1),
        "methodConfig",
        List.of(Map.of("name", List.of(Map.of()), "retryPolicy", retryPolicy()), NOT_IDEMPOTENT));
  }

  /** A call that got no answer goes to another replica; a server's own delay is kept. */
  private static Map<String, Object> retryPolicy() {
    return Map.of(
        "maxAttempts",
        4.0,
        "initialBackoff",
        "0.05s",
        "maxBackoff",
        "1s",
        "backoffMultiplier",
        3.0,
        "retryableStatusCodes",
        // A server that stops cancels the calls that it can't finish, and one that is killed may
        // leave a transport that only knows that it failed. A caller's own cancellation ends its
        // attempts.
        List.of("UNAVAILABLE", "CANCELLED", "UNKNOWN"));
  }

  /** A replica that fails most of its calls by its own fault is left alone for a while. */
  private static Map<String, Object> outlierDetection() {
    return Map.of(
        "interval",
        "2s",
        "baseEjectionTime",
        "10s",
        "maxEjectionTime",
        "60s",
        "maxEjectionPercent",
        50.0,
        "failurePercentageEjection",
        Map.of("threshold", 50.0, "minimumHosts", 2.0, "requestVolume", 5.0),
        "childPolicy",
        List.of(Map.of(PlacingBalancerProvider.POLICY, Map.of())));
  }
}
