package ai.laconic.encoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.laconic.encoder.batch.BatchPolicy;
import ai.laconic.encoder.engine.TritonSettings;
import ai.laconic.encoder.span.Windowing;
import ai.laconic.runtime.latent.BlockType;
import ai.laconic.runtime.latent.SharingSecret;
import ai.laconic.servicekit.admission.AdmissionLimits;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.core.env.PropertySource;
import org.springframework.core.io.ClassPathResource;

class EncoderPropertiesTest {
  @Test
  void hasDefaults() throws IOException {
    EncoderProperties properties = bind(Map.of("laconic.encoder.model", "some/model"));

    assertThat(properties.modelPath()).isEqualTo(Path.of("some/model"));
    assertThat(properties.engine()).isEqualTo(EngineKind.ONNX);
    assertThat(properties.device()).isEqualTo("cpu");
    assertThat(properties.threads()).isZero();
    assertThat(properties.computingThreads()).isEqualTo(Runtime.getRuntime().availableProcessors());
    assertThat(properties.blockType()).isEqualTo(BlockType.FP16);
    assertThat(properties.secret()).isSameAs(SharingSecret.NONE);
    assertThat(properties.windowing().kind()).isEqualTo(Windowing.CONTENT_DEFINED);
    assertThat(properties.windowing().minTokens()).isZero();
    assertThat(properties.windowing().maxTokens()).isZero();
    assertThat(properties.batchPolicy(1024)).isEqualTo(new BatchPolicy(1024, Duration.ofMillis(4)));
    assertThat(properties.admission().calls())
        .isEqualTo(new AdmissionLimits(64, 0.5, 1024, Duration.ofMinutes(2)));
    assertThat(properties.tokenLimits(1024))
        .isEqualTo(new AdmissionLimits(65_536, 0.5, 1024, Duration.ofMinutes(2)));
    assertThat(properties.cache().target())
        .isEqualTo("dns:///localhost:${LACONIC_CACHE_PORT:7072}");
    assertThat(properties.cache().unaryTimeout()).isEqualTo(Duration.ofSeconds(10));
    assertThat(properties.cache().streamIdleTimeout()).isEqualTo(Duration.ofMinutes(1));
    assertThat(properties.triton())
        .isEqualTo(
            new TritonSettings(
                "dns:///localhost:8001", "lclm_encoder", "", Duration.ofSeconds(60)));
  }

  @Test
  void batchesSuitTheDevice() throws IOException {
    assertThat(bind(with("device", "cuda:0")).batchTokens(1024)).isEqualTo(8192);
    assertThat(bind(with("engine", "triton")).batchTokens(1024)).isEqualTo(8192);
    assertThat(bind(with("device", "cpu")).batchTokens(2048)).isEqualTo(2048);
    assertThat(bind(with("device", "cpu")).batchTokens(64)).isEqualTo(1024);
  }

  @Test
  void knowsEveryName() throws IOException {
    Map<String, Object> settings = new HashMap<>();
    settings.put("laconic.encoder.model", "m");
    settings.put("laconic.encoder.engine", "triton");
    settings.put("laconic.encoder.device", "cuda:1");
    settings.put("laconic.encoder.threads", "3");
    settings.put("laconic.encoder.block-type", "int8");
    settings.put("laconic.encoder.sharing-secret", "correct horse battery");
    settings.put("laconic.encoder.windowing.default", "fixed");
    settings.put("laconic.encoder.windowing.min-tokens", "10");
    settings.put("laconic.encoder.windowing.max-tokens", "20");
    settings.put("laconic.encoder.batch.max-tokens", "100");
    settings.put("laconic.encoder.batch.max-wait", "9ms");
    settings.put("laconic.encoder.admission.max-calls", "7");
    settings.put("laconic.encoder.admission.max-tokens", "1000");
    settings.put("laconic.encoder.admission.tenant-share", "0.25");
    settings.put("laconic.encoder.admission.max-waiting", "8");
    settings.put("laconic.encoder.admission.max-wait", "9s");
    settings.put("laconic.encoder.cache.target", "dns:///cache:1");
    settings.put("laconic.encoder.cache.unary-timeout", "2s");
    settings.put("laconic.encoder.cache.stream-idle-timeout", "3s");
    settings.put("laconic.encoder.cache.breaker.failure-rate", "30");
    settings.put("laconic.encoder.triton.target", "dns:///triton:2");
    settings.put("laconic.encoder.triton.model-name", "encoder-16x");
    settings.put("laconic.encoder.triton.model-version", "3");
    settings.put("laconic.encoder.triton.timeout", "4s");

    EncoderProperties properties = bind(settings);

    assertThat(properties.engine()).isEqualTo(EngineKind.TRITON);
    assertThat(properties.device()).isEqualTo("cuda:1");
    assertThat(properties.computingThreads()).isEqualTo(3);
    assertThat(properties.blockType()).isEqualTo(BlockType.INT8);
    assertThat(properties.secret()).isNotSameAs(SharingSecret.NONE);
    assertThat(properties.toString()).doesNotContain("horse");
    assertThat(properties.windowing())
        .isEqualTo(new EncoderProperties.WindowingProperties(Windowing.FIXED, 10, 20));
    assertThat(properties.batchPolicy(100)).isEqualTo(new BatchPolicy(100, Duration.ofMillis(9)));
    assertThat(properties.admission().calls())
        .isEqualTo(new AdmissionLimits(7, 0.25, 8, Duration.ofSeconds(9)));
    assertThat(properties.tokenLimits(100))
        .isEqualTo(new AdmissionLimits(1000, 0.25, 8, Duration.ofSeconds(9)));
    assertThat(properties.cache().target()).isEqualTo("dns:///cache:1");
    assertThat(properties.cache().unaryTimeout()).isEqualTo(Duration.ofSeconds(2));
    assertThat(properties.cache().streamIdleTimeout()).isEqualTo(Duration.ofSeconds(3));
    assertThat(properties.cache().breaker().failureRate()).isEqualTo(30);
    assertThat(properties.triton())
        .isEqualTo(
            new TritonSettings("dns:///triton:2", "encoder-16x", "3", Duration.ofSeconds(4)));
  }

  @Test
  void refusesWhatCanNotWork() {
    assertRefused(Map.of(), "laconic.encoder.model: missing (expected: path of a checkpoint");
    assertRefused(with("model", " "), "laconic.encoder.model: missing");
    assertRefused(with("device", "tpu"), "device: tpu (expected: cpu, or cuda:0 and so on)");
    assertRefused(with("threads", "-1"), "laconic.encoder.threads: -1 (expected: 0 or more)");
    assertRefused(
        with("admission.max-calls", "0"),
        "laconic.encoder.admission.max-calls: 0 (expected: 1 or more)");
    assertRefused(with("block-type", "fp8"), "fp8");
    assertRefused(
        with("sharing-secret", "hunter2"),
        "sharing-secret: 7 characters (expected: at least 16, or none)");
    assertRefused(with("engine", "vllm"), "vllm");
    assertRefused(with("triton.target", " "), "laconic.encoder.triton.target: blank (expected: a");
    assertRefused(
        with("triton.model-name", ""),
        "laconic.encoder.triton.model-name: blank (expected: the name of a model)");
    assertRefused(
        with("triton.timeout", "0s"), "laconic.encoder.triton.timeout: PT0S (expected: above 0)");
  }

  @Test
  void refusesBatchesSmallerThanAWindow() throws IOException {
    EncoderProperties properties = bind(with("batch.max-tokens", "1000"));

    assertThatThrownBy(() -> properties.batchPolicy(1024))
        .hasMessage(
            "laconic.encoder.batch.max-tokens: 1000 (expected: 0, or at least the model's window of 1024"
                + " tokens)");
  }

  @Test
  void refusesLessRoomThanTwoBatchesTake() throws IOException {
    EncoderProperties properties = bind(with("admission.max-tokens", "16383"));

    assertThatThrownBy(() -> properties.tokenLimits(1024))
        .hasMessage(
            "laconic.encoder.admission.max-tokens: 16383 (expected: 0, or at least 16384,"
                + " what one call takes)");
  }

  private static Map<String, Object> with(String name, String value) {
    Map<String, Object> settings = new HashMap<>(Map.of("laconic.encoder.model", "m"));
    settings.put("laconic.encoder." + name, value);
    return settings;
  }

  private static void assertRefused(Map<String, Object> settings, String message) {
    assertThatThrownBy(() -> bind(settings))
        .satisfies(
            thrown -> {
              Throwable cause = thrown;
              while (cause.getCause() != null) {
                cause = cause.getCause();
              }
              assertThat(cause).hasMessageContaining(message);
            });
  }

  /** Binds {@code settings} over the service's own file. */
  private static EncoderProperties bind(Map<String, Object> settings) throws IOException {
    Map<Object, Object> all = new HashMap<>();
    for (PropertySource<?> file :
        new YamlPropertySourceLoader()
            .load("encoder-svc", new ClassPathResource("encoder-svc.yaml"))) {
      ((Map<?, ?>) file.getSource()).forEach((name, value) -> all.put(name, String.valueOf(value)));
    }
    all.putAll(settings);
    return new Binder(new MapConfigurationPropertySource(all))
        .bind("laconic.encoder", EncoderProperties.class)
        .get();
  }
}
