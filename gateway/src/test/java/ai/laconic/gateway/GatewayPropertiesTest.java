package ai.laconic.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.laconic.gateway.auth.ApiKeyProperties;
import ai.laconic.gateway.context.ContextProperties;
import ai.laconic.gateway.hop.RetryProperties;
import ai.laconic.gateway.limit.LimitProperties;
import ai.laconic.gateway.pool.PoolProperties;
import ai.laconic.gateway.prompt.GenerationProperties;
import ai.laconic.servicekit.guard.GuardSettings;
import ai.laconic.servicekit.peer.PeerProperties;
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

  private static PeerProperties peer(String target) {
    return new PeerProperties(
        target, Duration.ofSeconds(10), Duration.ofMinutes(10), GuardSettings.DEFAULT);
  }

  @Test
  void defaults() {
    assertThat(bind())
        .isEqualTo(
            new GatewayProperties(
                List.of(
                    new PoolProperties(
                        "nano-4x", 4, peer("dns:///encoder"), peer("dns:///decoder"))),
                Duration.ofSeconds(5),
                peer("dns:///cache"),
                List.of(),
                new ContextProperties(Duration.ofHours(24), Duration.ofDays(7)),
                new GenerationProperties(Duration.ofMinutes(15)),
                new LimitProperties(
                    128,
                    DataSize.ofMegabytes(64),
                    DataSize.ofMegabytes(512),
                    DataSize.ofKilobytes(256),
                    4,
                    64,
                    DataSize.ofMegabytes(8)),
                new RetryProperties(Duration.ofMillis(50), Duration.ofMillis(200), 0.1, 10)));
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
                "generation.inline-ttl", "3m",
                "limits.max-concurrent-calls", "1",
                "limits.max-context-text", "2MB",
                "limits.text-in-flight", "3MB",
                "limits.span-text", "4KB",
                "limits.spans-in-flight", "5",
                "limits.contexts-per-prompt", "6",
                "limits.expanded-text", "7KB",
                "retry.least-delay", "1ms",
                "retry.most-delay", "2ms",
                "retry.share", "0.5",
                "retry.burst", "3"))
        .isEqualTo(
            new GatewayProperties(
                bind().pools(),
                Duration.ofSeconds(1),
                bind().cache(),
                List.of(new ApiKeyProperties("red", digest)),
                new ContextProperties(Duration.ofHours(1), Duration.ofHours(2)),
                new GenerationProperties(Duration.ofMinutes(3)),
                new LimitProperties(
                    1,
                    DataSize.ofMegabytes(2),
                    DataSize.ofMegabytes(3),
                    DataSize.ofKilobytes(4),
                    5,
                    6,
                    DataSize.ofKilobytes(7)),
                new RetryProperties(Duration.ofMillis(1), Duration.ofMillis(2), 0.5, 3)));
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
    "generation.inline-ttl, 0s, 'inline-ttl: PT0S (expected: more than nothing)'",
    "limits.max-concurrent-calls, 0, 'max-concurrent-calls: 0 (expected: 1 or more)'",
    "limits.spans-in-flight, 0, 'spans-in-flight: 0 (expected: 1 or more)'",
    "limits.contexts-per-prompt, 0, 'contexts-per-prompt: 0 (expected: 1 or more)'",
    "limits.max-context-text, 0B, 'max-context-text: 0 (expected: 1 or more)'",
    "limits.expanded-text, 0B, 'expanded-text: 0 (expected: 1 or more)'",
    "limits.span-text, 1MB, 'span-text: 1048576B (expected: at least 16B and less than 1MB)'",
    "limits.span-text, 15B, 'span-text: 15B (expected: at least 16B and less than 1MB)'",
    "limits.text-in-flight, 1MB, 'text-in-flight: 1048576B (expected: at least max-context-text, 67108864B)'",
    "retry.most-delay, 1ms, 'most-delay: PT0.001S (expected: at least least-delay, PT0.05S)'",
    "retry.share, 2, 'share: 2.0 (expected: 0 to 1)'",
    "retry.burst, -1, 'burst: -1 (expected: 0 or more)'",
    "api-keys[0].tenant, red, 'sha256 of a key of red: missing (expected: its digest)'",
    "pools[1].ratio, 8, 'name of a pool: missing (expected: a name for the pool)'",
    "pools[1].name, nano-8x, 'encoder.target of pool nano-8x: missing (expected: a target)'",
  })
  void refuses(String name, String value, String message) {
    assertThatThrownBy(() -> bind(name, value)).rootCause().hasMessageContaining(message);
  }
}
