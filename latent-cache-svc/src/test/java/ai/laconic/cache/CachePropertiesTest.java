package ai.laconic.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.util.unit.DataSize;

class CachePropertiesTest {
  @Test
  void defaults() {
    assertThat(bind(Map.of()))
        .isEqualTo(
            new CacheProperties(
                CacheProperties.Store.MEMORY,
                new CacheProperties.Memory(DataSize.ofGigabytes(1)),
                new CacheProperties.Redis("redis://localhost:6379", Duration.ofSeconds(5)),
                Duration.ofDays(30),
                new CacheProperties.Admission(64, 0.5, 1024, Duration.ofSeconds(5))));
  }

  @Test
  void names() {
    assertThat(
            bind(
                Map.of(
                    "laconic.cache.store", "redis",
                    "laconic.cache.memory.max-size", "64MB",
                    "laconic.cache.redis.uri", "redis://cache:6380",
                    "laconic.cache.redis.command-timeout", "700ms",
                    "laconic.cache.max-ttl", "2d",
                    "laconic.cache.admission.max-calls", "7",
                    "laconic.cache.admission.tenant-share", "0.25",
                    "laconic.cache.admission.max-waiting", "8",
                    "laconic.cache.admission.max-wait", "9s")))
        .isEqualTo(
            new CacheProperties(
                CacheProperties.Store.REDIS,
                new CacheProperties.Memory(DataSize.ofMegabytes(64)),
                new CacheProperties.Redis("redis://cache:6380", Duration.ofMillis(700)),
                Duration.ofDays(2),
                new CacheProperties.Admission(7, 0.25, 8, Duration.ofSeconds(9))));
  }

  @ParameterizedTest
  @CsvSource({
    "memory.max-size, 0B, laconic.cache.memory.max-size: 0B (expected: at least 1B)",
    "redis.command-timeout, 0s, laconic.cache.redis.command-timeout: PT0S (expected: 1ms or more)",
    "max-ttl, -1s, laconic.cache.max-ttl: PT-1S (expected: more than 0)",
    "admission.max-calls, 0, laconic.cache.admission.max-calls: 0 (expected: at least 1)",
  })
  void refused(String name, String value, String message) {
    assertThatThrownBy(() -> bind(Map.of("laconic.cache." + name, value)))
        .rootCause()
        .hasMessage(message);
  }

  @Test
  void theUriStaysHidden() {
    assertThat(new CacheProperties.Redis("redis://:secret@cache", Duration.ofSeconds(1)))
        .hasToString("Redis[uri=(not shown), commandTimeout=PT1S]");
  }

  private static CacheProperties bind(Map<String, String> settings) {
    return new Binder(new MapConfigurationPropertySource(settings))
        .bindOrCreate("laconic.cache", CacheProperties.class);
  }
}
