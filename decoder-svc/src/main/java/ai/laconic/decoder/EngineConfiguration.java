package ai.laconic.decoder;

import ai.laconic.decoder.engine.DecoderEngine;
import ai.laconic.decoder.engine.EngineInfo;
import ai.laconic.decoder.engine.onnx.OnnxEngines;
import ai.laconic.decoder.engine.onnx.OnnxSettings;
import ai.laconic.decoder.engine.triton.TritonEngines;
import ai.laconic.decoder.engine.triton.TritonSettings;
import ai.laconic.runtime.model.ModelDirectory;
import ai.laconic.runtime.model.ModelDirectoryException;
import ai.laconic.runtime.model.ModelFingerprint;
import ai.laconic.runtime.prompt.PromptAssembler;
import ai.laconic.runtime.tokenizer.TextTokenizer;
import ai.laconic.runtime.tokenizer.TokenizerException;
import ai.laconic.servicekit.ProcessExit;
import ai.laconic.servicekit.health.HealthName;
import ai.laconic.servicekit.health.ReadinessCheck;
import ai.laconic.servicekit.upstream.Upstreams;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.concurrent.ScheduledExecutorService;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * The model and what runs it. Beans are made before the server takes calls, and closed after it
 * took its last one, users first: the service, then the engine, then the tokenizer.
 */
@Configuration(proxyBeanMethods = false)
class EngineConfiguration {
  private static final Logger log = LoggerFactory.getLogger(EngineConfiguration.class);

  @Bean
  ModelDirectory model(DecoderProperties properties) {
    try {
      return ModelDirectory.open(Path.of(properties.model()));
    } catch (ModelDirectoryException e) {
      throw new IllegalArgumentException(
          "laconic.decoder.model: " + properties.model() + ": " + e.getMessage(), e);
    }
  }

  @Bean
  TextTokenizer tokenizer(ModelDirectory model) throws TokenizerException {
    return TextTokenizer.open(model.decoderTokenizerFile());
  }

  @Bean
  PromptAssembler promptAssembler(ModelDirectory model, TextTokenizer tokenizer)
      throws TokenizerException {
    return PromptAssembler.open(
        tokenizer, model.decoderTokenizerFile().resolveSibling("tokenizer_config.json"));
  }

  @Bean
  DecoderEngine engine(
      DecoderProperties properties,
      ModelDirectory model,
      Upstreams upstreams,
      ScheduledExecutorService serviceTimer,
      ProcessExit processExit) {
    int maxPositions = Math.min(properties.maxPositions(), model.decoder().maxPositions());
    log.info(
        "{} {}: engine {}, {} slots of {} positions",
        model.name(),
        model.fingerprint().shortHex(),
        properties.engine(),
        properties.slots(),
        maxPositions);
    return switch (properties.engine()) {
      case ONNX ->
          OnnxEngines.open(
              model, onnx(properties, maxPositions), InstantSource.system(), processExit);
      case TRITON ->
          TritonEngines.open(
              upstreams::connect,
              triton(properties, model.fingerprint()),
              info(properties, model, maxPositions),
              serviceTimer,
              InstantSource.system());
    };
  }

  /** Callers that hold its latents look for replicas that serve this very model. */
  @Bean
  HealthName modelHealth(ModelDirectory model) {
    return new HealthName(model.fingerprint().hex());
  }

  /** The engine alone: raw prompts need no cache. */
  @Bean
  ReadinessCheck engineReadiness(DecoderEngine engine) {
    return ReadinessCheck.of("engine", engine::ready);
  }

  private static OnnxSettings onnx(DecoderProperties properties, int maxPositions) {
    int threads = properties.threads();
    return new OnnxSettings(
        threads == 0 ? Runtime.getRuntime().availableProcessors() : threads,
        properties.slots(),
        maxPositions,
        properties.prefillChunk(),
        properties.prefillTime());
  }

  private static TritonSettings triton(DecoderProperties properties, ModelFingerprint fingerprint) {
    TritonProperties triton = properties.triton();
    return new TritonSettings(
        triton.targets(),
        triton.modelName(),
        triton.modelVersion(),
        fingerprint,
        triton.modelControl(),
        triton.timeout(),
        triton.healthInterval(),
        triton.stallLimit(),
        triton.firstTokenLimit());
  }

  private static EngineInfo info(
      DecoderProperties properties, ModelDirectory model, int maxPositions) {
    return new EngineInfo(
        properties.slots(),
        maxPositions,
        model.latentWidth(),
        model.decoder().vocabularySize(),
        model.memoryTokens().placeholder());
  }
}
