package ai.laconic.decoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.laconic.decoder.engine.triton.ModelControl;
import ai.laconic.servicekit.upstream.BreakerProperties;
import ai.laconic.servicekit.upstream.UpstreamProperties;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.core.env.PropertySource;
import org.springframework.core.io.ClassPathResource;
import org.springframework.util.unit.DataSize;

class DecoderPropertiesTest {
  private static DecoderProperties bind(Map<String, String> settings) {
    Map<String, String> all = new HashMap<>(Map.of("model", "/m", "cache.target", "dns:///c:1"));
    all.putAll(settings);
    Map<String, String> named = new HashMap<>();
    all.forEach((name, value) -> named.put("laconic.decoder." + name, value));
    return new Binder(new MapConfigurationPropertySource(named))
        .bind("laconic.decoder", DecoderProperties.class)
        .get();
  }

  @Test
  void defaults() {
    assertThat(bind(Map.of()))
        .isEqualTo(
            new DecoderProperties(
                "/m",
                EngineKind.ONNX,
                0,
                4,
                8192,
                512,
                Duration.ofMillis(50),
                512,
                Duration.ofMillis(20),
                2_097_152,
                DataSize.ofGigabytes(1),
                new NearCacheProperties(
                    DataSize.ofMegabytes(128), Duration.ofMinutes(5), Duration.ofSeconds(10)),
                new AdmissionProperties(1, 256, 0.5, 1024, Duration.ofSeconds(90)),
                new UpstreamProperties(
                    "dns:///c:1",
                    Duration.ofSeconds(10),
                    Duration.ofMinutes(5),
                    BreakerProperties.DEFAULT),
                new TritonProperties(
                    List.of("dns:///localhost:8001"),
                    "lclm_decoder",
                    "",
                    ModelControl.NONE,
                    Duration.ofMinutes(10),
                    Duration.ofSeconds(30),
                    Duration.ofMinutes(2),
                    Duration.ofSeconds(1))));
  }

  @Test
  void names() {
    assertThat(
            bind(
                Map.ofEntries(
                    Map.entry("engine", "triton"),
                    Map.entry("threads", "3"),
                    Map.entry("slots", "5"),
                    Map.entry("max-positions", "100"),
                    Map.entry("prefill-chunk", "7"),
                    Map.entry("prefill-time", "8ms"),
                    Map.entry("token-delay", "0s"),
                    Map.entry("default-max-tokens", "9"),
                    Map.entry("max-prompt-characters", "10"),
                    Map.entry("latent-memory", "2MB"),
                    Map.entry("near-cache.max-size", "1MB"),
                    Map.entry("near-cache.max-idle", "3s"),
                    Map.entry("near-cache.recheck-interval", "4s"),
                    Map.entry("admission.prefetch", "0"),
                    Map.entry("admission.max-calls", "11"),
                    Map.entry("admission.tenant-share", "0.25"),
                    Map.entry("admission.max-waiting", "12"),
                    Map.entry("admission.max-wait", "7s"),
                    Map.entry("cache.unary-timeout", "3s"),
                    Map.entry("cache.stream-idle-timeout", "4s"),
                    Map.entry("triton.targets", "dns:///t:2,dns:///t:3"),
                    Map.entry("triton.model-name", "other"),
                    Map.entry("triton.model-version", "4"),
                    Map.entry("triton.model-control", "load-unload"),
                    Map.entry("triton.timeout", "5s"),
                    Map.entry("triton.stall-limit", "8s"),
                    Map.entry("triton.first-token-limit", "9s"),
                    Map.entry("triton.health-interval", "6s"))))
        .isEqualTo(
            new DecoderProperties(
                "/m",
                EngineKind.TRITON,
                3,
                5,
                100,
                7,
                Duration.ofMillis(8),
                9,
                Duration.ZERO,
                10,
                DataSize.ofMegabytes(2),
                new NearCacheProperties(
                    DataSize.ofMegabytes(1), Duration.ofSeconds(3), Duration.ofSeconds(4)),
                new AdmissionProperties(0, 11, 0.25, 12, Duration.ofSeconds(7)),
                new UpstreamProperties(
                    "dns:///c:1",
                    Duration.ofSeconds(3),
                    Duration.ofSeconds(4),
                    BreakerProperties.DEFAULT),
                new TritonProperties(
                    List.of("dns:///t:2", "dns:///t:3"),
                    "other",
                    "4",
                    ModelControl.LOAD_UNLOAD,
                    Duration.ofSeconds(5),
                    Duration.ofSeconds(8),
                    Duration.ofSeconds(9),
                    Duration.ofSeconds(6))));
  }

  @Test
  void settingsFile() throws Exception {
    PropertySource<?> file =
        new YamlPropertySourceLoader()
            .load("decoder-svc", new ClassPathResource("decoder-svc.yaml"))
            .get(0);

    assertThat(file.getProperty("spring.grpc.server.port"))
        .hasToString("${LACONIC_DECODER_PORT:7073}");
    assertThat(file.getProperty("spring.grpc.server.inbound.message.max-size")).isEqualTo("20MB");
    assertThat(file.getProperty("spring.grpc.server.health.enabled")).isEqualTo(false);
    assertThat(file.getProperty("spring.grpc.server.shutdown.grace-period")).isEqualTo("20s");
    assertThat(file.getProperty("laconic.decoder.cache.target"))
        .hasToString("dns:///localhost:${LACONIC_CACHE_PORT:7072}");
    assertThat(file.getProperty("laconic.decoder.cache.stream-idle-timeout")).isEqualTo("30s");
    assertThat(file.getProperty("laconic.decoder.triton.targets"))
        .isEqualTo("dns:///localhost:8001");
  }

  @Test
  void wrongValuesAreNamed() {
    refused("model", " ", "laconic.decoder.model: missing (expected: the path of a checkpoint");
    refused("slots", "0", "slots: 0 (expected: 1 or more)");
    refused("prefill-time", "0s", "prefill-time: PT0S (expected: above 0)");
    refused("token-delay", "-1s", "token-delay: PT-1S (expected: 0 or more)");
    refused("threads", "-1", "threads: -1 (expected: 0 or more)");
    refused("admission.prefetch", "-1", "prefetch: -1 (expected: 0 or more)");
    refused("admission.max-calls", "0", "max-calls: 0 (expected: 1 or more)");
  }

  private static void refused(String name, String value, String message) {
    assertThatThrownBy(() -> bind(Map.of(name, value))).rootCause().hasMessageStartingWith(message);
  }
}
