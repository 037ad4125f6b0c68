package ai.laconic.gateway;

import static java.util.Objects.requireNonNull;

import ai.laconic.gateway.auth.ApiKeyProperties;
import ai.laconic.gateway.context.ContextProperties;
import ai.laconic.gateway.limit.AdmissionProperties;
import ai.laconic.gateway.limit.LimitProperties;
import ai.laconic.gateway.pool.PoolProperties;
import ai.laconic.gateway.prompt.GenerationProperties;
import ai.laconic.servicekit.upstream.UpstreamProperties;
import java.time.Duration;
import java.util.List;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Settings of the gateway.
 *
 * @param pools what is served; at least one
 * @param poolRefresh how often pools are asked what they run and whether they can
 * @param cache the latent cache
 * @param apiKeys who may call; nobody is asked if there are none
 * @param context lives of contexts
 * @param generation settings of generations
 * @param admission calls that run and wait
 * @param limits sizes that are bounded
 * @param patience how long an upload goes on trying while a tier is down
 */
@ConfigurationProperties(prefix = "laconic.gateway", ignoreUnknownFields = false)
public record GatewayProperties(
    List<PoolProperties> pools,
    @DefaultValue("5s") Duration poolRefresh,
    UpstreamProperties cache,
    @DefaultValue List<ApiKeyProperties> apiKeys,
    @DefaultValue ContextProperties context,
    @DefaultValue GenerationProperties generation,
    @DefaultValue AdmissionProperties admission,
    @DefaultValue LimitProperties limits,
    @DefaultValue("60s") Duration patience) {
  public GatewayProperties {
    requireNonNull(pools, "pools: missing (expected: at least one)");
    requireNonNull(cache, "cache.target: missing (expected: a gRPC target)");
    pools = List.copyOf(pools);
    apiKeys = List.copyOf(apiKeys);
    if (poolRefresh.toMillis() < 1) {
      throw new IllegalArgumentException(
          "pool-refresh: " + poolRefresh + " (expected: 1ms or more)");
    }
  }
}
