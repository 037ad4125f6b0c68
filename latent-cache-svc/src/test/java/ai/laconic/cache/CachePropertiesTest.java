package ai.laconic.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
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

class CachePropertiesTest {
  private static final String SECRET = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

  @Test
  void defaults() {
    assertThat(bind(Map.of()))
        .isEqualTo(
            new CacheProperties(
                new CacheProperties.Blocks(
                    CacheProperties.Store.MEMORY,
                    DataSize.ofGigabytes(1),
                    DataSize.ofMegabytes(16)),
                new CacheProperties.Contexts(
                    CacheProperties.Store.MEMORY, DataSize.ofMegabytes(256), null),
                Path.of("laconic-cache"),
                new CacheProperties.Redis(
                    "redis://localhost:6379", false, Duration.ofSeconds(5), 4, 0, ""),
                new CacheProperties.Quota(DataSize.ofBytes(0), Map.of()),
                new CacheProperties.Encryption(List.of()),
                Duration.ofDays(30),
                Duration.ofSeconds(10),
                new CacheProperties.Admission(64, 0.5, 1024, Duration.ofSeconds(5))));
  }

  @Test
  void names() {
    Map<String, String> settings = new HashMap<>();
    settings.put("blocks.store", "redis");
    settings.put("blocks.max-size", "64MB");
    settings.put("blocks.max-block-size", "8MB");
    settings.put("contexts.store", "disk");
    settings.put("contexts.max-size", "32MB");
    settings.put("contexts.redis.uri", "redis://promises");
    settings.put("directory", "/var/lib/laconic");
    settings.put("redis.uri", "redis://cache:6380");
    settings.put("redis.cluster", "true");
    settings.put("redis.command-timeout", "700ms");
    settings.put("redis.connections", "2");
    settings.put("redis.replicas", "1");
    settings.put("redis.ssl-bundle", "redis");
    settings.put("quota.standard", "1GB");
    settings.put("quota.tenants.acme", "2GB");
    settings.put("encryption.keys[0].id", "7");
    settings.put("encryption.keys[0].secret", SECRET);
    settings.put("max-ttl", "2d");
    settings.put("sweep-interval", "3s");
    settings.put("admission.max-calls", "7");
    settings.put("admission.tenant-share", "0.25");
    settings.put("admission.max-waiting", "8");
    settings.put("admission.max-wait", "9s");
    assertThat(bind(settings))
        .isEqualTo(
            new CacheProperties(
                new CacheProperties.Blocks(
                    CacheProperties.Store.REDIS, DataSize.ofMegabytes(64), DataSize.ofMegabytes(8)),
                new CacheProperties.Contexts(
                    CacheProperties.Store.DISK,
                    DataSize.ofMegabytes(32),
                    new CacheProperties.Redis(
                        "redis://promises", false, Duration.ofSeconds(5), 4, 0, "")),
                Path.of("/var/lib/laconic"),
                new CacheProperties.Redis(
                    "redis://cache:6380", true, Duration.ofMillis(700), 2, 1, "redis"),
                new CacheProperties.Quota(
                    DataSize.ofGigabytes(1), Map.of("acme", DataSize.ofGigabytes(2))),
                new CacheProperties.Encryption(List.of(new CacheProperties.Key(7, SECRET))),
                Duration.ofDays(2),
                Duration.ofSeconds(3),
                new CacheProperties.Admission(7, 0.25, 8, Duration.ofSeconds(9))));
  }

  @ParameterizedTest
  @CsvSource({
    "blocks.max-size, 0B, laconic.cache.blocks.max-size: 0B (expected: at least 1B)",
    "blocks.max-block-size, 1GB, laconic.cache.blocks.max-block-size: 1024MB (expected: at most 384MB)",
    "redis.command-timeout, 0s, laconic.cache.redis.command-timeout: PT0S (expected: 1ms or more)",
    "max-ttl, -1s, laconic.cache.max-ttl: PT-1S (expected: 1ms or more)",
    "admission.max-calls, 0, laconic.cache.admission.max-calls: 0 (expected: at least 1)",
  })
  void refused(String name, String value, String message) {
    assertThatThrownBy(() -> bind(Map.of(name, value))).rootCause().hasMessage(message);
  }

  @Test
  void secretsStayHidden() {
    assertThat(
            bind(Map.of(
                    "redis.uri",
                    "redis://:secret@cache",
                    "encryption.keys[0].id",
                    "1",
                    "encryption.keys[0].secret",
                    SECRET))
                .toString())
        .doesNotContain("secret@", SECRET);
    CacheProperties.Key wrong = new CacheProperties.Key(3, "not Base64!");
    assertThatThrownBy(wrong::masterKey)
        .hasMessageContaining("secret of key 3")
        .hasMessageNotContaining("not Base64!");
  }

  private static CacheProperties bind(Map<String, String> settings) {
    Map<String, String> whole = new HashMap<>();
    settings.forEach((name, value) -> whole.put("laconic.cache." + name, value));
    return new Binder(new MapConfigurationPropertySource(whole))
        .bindOrCreate("laconic.cache", CacheProperties.class);
  }
}
