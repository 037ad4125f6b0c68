package ai.laconic.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.laconic.gateway.auth.ApiKeyProperties;
import ai.laconic.gateway.context.ContextProperties;
import ai.laconic.gateway.context.ContextProperties.DefaultExpiration;
import ai.laconic.gateway.limit.AdmissionProperties;
import ai.laconic.gateway.limit.LimitProperties;
import ai.laconic.gateway.pool.PoolProperties;
import ai.laconic.gateway.prompt.GenerationProperties;
import ai.laconic.servicekit.upstream.BreakerProperties;
import ai.laconic.servicekit.upstream.UpstreamProperties;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.util.unit.DataSize;

class GatewayPropertiesTest {
  private static final Map<String, String> LEAST =
      Map.of(
          "laconic.gateway.cache.target", "dns:///cache",
          "laconic.gateway.pools[0].name", "nano-4x",
          "laconic.gateway.pools[0].ratio", "4",
          "laconic.gateway.pools[0].encoder.target", "dns:///encoder",
          "laconic.gateway.pools[0].decoder.target", "dns:///decoder");

  private static GatewayProperties bind(String... namesAndValues) {
    Map<String, String> settings = new HashMap<>(LEAST);
    for (int i = 0; i < namesAndValues.length; i += 2) {
      settings.put("laconic.gateway." + namesAndValues[i], namesAndValues[i + 1]);
    }
    return bind(settings);
  }

  private static GatewayProperties bind(Map<String, String> settings) {
    return new Binder(new MapConfigurationPropertySource(settings))
        .bind("laconic.gateway", GatewayProperties.class)
        .get();
  }

  private static UpstreamProperties upstream(String target) {
    return new UpstreamProperties(
        target, Duration.ofSeconds(10), Duration.ofMinutes(5), BreakerProperties.DEFAULT);
  }

  @Test
  void defaults() {
    assertThat(bind())
        .isEqualTo(
            new GatewayProperties(
                List.of(
                    new PoolProperties(
                        "nano-4x",
                        4,
                        upstream("dns:///encoder"),
                        upstream("dns:///decoder"),
                        true)),
                Duration.ofSeconds(5),
                upstream("dns:///cache"),
                List.of(),
                new ContextProperties(
                    Duration.ofHours(24), Duration.ofDays(7), DefaultExpiration.FIXED),
                new GenerationProperties(Duration.ofMinutes(15), Duration.ofSeconds(10)),
                new AdmissionProperties(128, 0.5, 1024, Duration.ofSeconds(60)),
                new LimitProperties(
                    DataSize.ofMegabytes(64),
                    DataSize.ofMegabytes(512),
                    DataSize.ofKilobytes(256),
                    4,
                    64,
                    DataSize.ofMegabytes(8),
                    DataSize.ofMegabytes(64)),
                Duration.ofSeconds(60)));
  }

  @Test
  void names() {
    String digest = "0".repeat(64);
    assertThat(
            bind(
                "pool-refresh", "1s",
                "api-keys[0].tenant", "red",
                "api-keys[0].sha256", digest,
                "context.default-ttl", "1h",
                "context.max-ttl", "2h",
                "context.default-expiration", "sliding",
                "generation.inline-ttl", "3m",
                "generation.patience", "5s",
                "admission.max-calls", "1",
                "admission.tenant-share", "0.25",
                "admission.max-waiting", "2",
                "admission.max-wait", "4s",
                "limits.max-context-text", "2MB",
                "limits.text-in-flight", "5MB",
                "limits.span-text", "4KB",
                "limits.spans-in-flight", "5",
                "limits.contexts-per-prompt", "6",
                "limits.expanded-text", "7KB",
                "limits.held-manifests", "8MB",
                "patience", "3s"))
        .isEqualTo(
            new GatewayProperties(
                bind().pools(),
                Duration.ofSeconds(1),
                bind().cache(),
                List.of(new ApiKeyProperties("red", digest)),
                new ContextProperties(
                    Duration.ofHours(1), Duration.ofHours(2), DefaultExpiration.SLIDING),
                new GenerationProperties(Duration.ofMinutes(3), Duration.ofSeconds(5)),
                new AdmissionProperties(1, 0.25, 2, Duration.ofSeconds(4)),
                new LimitProperties(
                    DataSize.ofMegabytes(2),
                    DataSize.ofMegabytes(5),
                    DataSize.ofKilobytes(4),
                    5,
                    6,
                    DataSize.ofKilobytes(7),
                    DataSize.ofMegabytes(8)),
                Duration.ofSeconds(3)));
  }

  @Test
  void aPoolWithoutWarmRouting() {
    assertThat(bind("pools[0].warm-routing", "false").pools())
        .extracting(PoolProperties::warmRouting)
        .containsExactly(false);
  }

  @Test
  void refusesNoPoolsAndNoCache() {
    Map<String, String> settings = new HashMap<>(LEAST);
    settings.remove("laconic.gateway.cache.target");
    assertThatThrownBy(() -> bind(settings))
        .rootCause()
        .hasMessage("cache.target: missing (expected: a gRPC target)");
    assertThatThrownBy(() -> bind(Map.of("laconic.gateway.cache.target", "dns:///cache")))
        .rootCause()
        .hasMessage("pools: missing (expected: at least one)");
  }

  @ParameterizedTest
  @CsvSource({
    "pool-refresh, 0s, 'pool-refresh: PT0S (expected: 1ms or more)'",
    "pools[0].ratio, 0, 'ratio of pool nano-4x: 0 (expected: 1 to 256)'",
    "pools[0].name, ' ', 'name: blank (expected: a name for the pool)'",
    "cache.target, ' ', 'target: none (expected: a gRPC target such as dns:///encoder:7071)'",
    "context.default-ttl, 0s, 'default-ttl: PT0S (expected: more than nothing)'",
    "context.max-ttl, 1h, 'max-ttl: PT1H (expected: at least default-ttl, PT24H)'",
    "context.default-expiration, never, 'No enum constant'",
    "limits.held-manifests, -1B, 'held-manifests: -1B (expected: 0B or more)'",
    "generation.inline-ttl, 0s, 'inline-ttl: PT0S (expected: more than nothing)'",
    "admission.max-calls, 0, 'max-calls: 0 (expected: 1 or more)'",
    "admission.tenant-share, 0, 'tenant-share: 0.0 (expected: above 0, at most 1)'",
    "admission.max-wait, -1s, 'max-wait: PT-1S (expected: 0 or more)'",
    "pools[0].decoder.breaker.failure-rate, 101, 'breaker.failure-rate: 101 (expected: 1 to 100 percent)'",
    "pools[0].decoder.breaker.open-for, 0s, 'breaker.open-for: PT0S (expected: 1ms or more)'",
    "cache.stream-idle-timeout, 0s, 'stream-idle-timeout: PT0S (expected: 1ms or more)'",
    "limits.spans-in-flight, 0, 'spans-in-flight: 0 (expected: 1 or more)'",
    "limits.contexts-per-prompt, 0, 'contexts-per-prompt: 0 (expected: 1 or more)'",
    "limits.max-context-text, 0B, 'max-context-text: 0 (expected: 1 or more)'",
    "limits.expanded-text, 0B, 'expanded-text: 0 (expected: 1 or more)'",
    "limits.span-text, 1MB, 'span-text: 1048576B (expected: at least 16B and less than 1MB)'",
    "limits.span-text, 15B, 'span-text: 15B (expected: at least 16B and less than 1MB)'",
    "limits.text-in-flight, 1MB, 'text-in-flight: 1048576B (expected: at least twice max-context-text, 67108864B)'",
    "api-keys[0].tenant, red, 'sha256 of a key of red: missing (expected: its digest)'",
    "pools[1].ratio, 8, 'name of a pool: missing (expected: a name for the pool)'",
    "pools[1].name, nano-8x, 'encoder.target of pool nano-8x: missing (expected: a target)'",
  })
  void refuses(String name, String value, String message) {
    assertThatThrownBy(() -> bind(name, value)).rootCause().hasMessageContaining(message);
  }
}
