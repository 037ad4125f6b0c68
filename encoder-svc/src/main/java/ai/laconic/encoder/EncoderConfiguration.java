package ai.laconic.encoder;

import ai.laconic.cacheclient.block.BlockClient;
import ai.laconic.encoder.batch.Batcher;
import ai.laconic.encoder.engine.EncoderEngine;
import ai.laconic.encoder.engine.EncoderEngines;
import ai.laconic.encoder.span.EncoderModel;
import ai.laconic.encoder.span.SpanEncoder;
import ai.laconic.encoder.span.WindowPolicies;
import ai.laconic.runtime.latent.SharingSecret;
import ai.laconic.runtime.model.ModelDirectory;
import ai.laconic.runtime.model.ModelDirectoryException;
import ai.laconic.runtime.session.Device;
import ai.laconic.runtime.tokenizer.TextTokenizer;
import ai.laconic.runtime.tokenizer.TokenizerException;
import ai.laconic.servicekit.ProcessExit;
import ai.laconic.servicekit.ServiceProperties;
import ai.laconic.servicekit.admission.Admission;
import ai.laconic.servicekit.call.StreamingCalls;
import ai.laconic.servicekit.health.HealthName;
import ai.laconic.servicekit.health.ReadinessCheck;
import ai.laconic.servicekit.upstream.Upstreams;
import java.util.UUID;
import java.util.concurrent.ScheduledExecutorService;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The encoder's parts. Each is closed before those that it was made of. */
@Configuration(proxyBeanMethods = false)
class EncoderConfiguration {
  private static final Logger log = LoggerFactory.getLogger(EncoderConfiguration.class);

  @Bean
  ModelDirectory modelDirectory(EncoderProperties properties) {
    try {
      return ModelDirectory.open(properties.modelPath());
    } catch (ModelDirectoryException e) {
      throw new IllegalArgumentException(
          "laconic.encoder.model: " + properties.model() + ": " + e.getMessage(), e);
    }
  }

  @Bean
  EncoderModel encoderModel(ModelDirectory directory, EncoderProperties properties) {
    EncoderModel model = EncoderModel.of(directory, properties.blockType());
    log.info(
        "model {} {}, {}, windows of {} tokens, on {}",
        model.name(),
        model.fingerprint().shortHex(),
        model.ratio(),
        model.windowTokens(),
        switch (properties.engine()) {
          case ONNX -> properties.device();
          case TRITON -> "triton at " + properties.triton().target();
        });
    return model;
  }

  @Bean
  SharingSecret sharingSecret(EncoderProperties properties) {
    SharingSecret secret = properties.secret();
    if (secret == SharingSecret.NONE) {
      log.warn(
          "laconic.encoder.sharing-secret: empty, so that whoever has a text and knows a tenant's"
              + " name can compute the IDs of its latents");
    }
    return secret;
  }

  @Bean
  TextTokenizer encoderTokenizer(ModelDirectory directory) {
    try {
      return TextTokenizer.open(directory.encoderTokenizerFile());
    } catch (TokenizerException e) {
      throw new IllegalArgumentException("laconic.encoder.model: " + e.getMessage(), e);
    }
  }

  @Bean
  EncoderEngine encoderEngine(
      ModelDirectory directory, EncoderProperties properties, Upstreams upstreams) {
    return switch (properties.engine()) {
      case ONNX ->
          EncoderEngines.onnx(
              directory, Device.parse(properties.device()), properties.computingThreads());
      case TRITON -> EncoderEngines.triton(upstreams, properties.triton(), directory);
    };
  }

  @Bean
  ReadinessCheck engineReadiness(EncoderEngine engine) {
    return ReadinessCheck.of("engine", engine::ready);
  }

  /** Callers look for replicas of one model under it. */
  @Bean
  HealthName modelHealth(EncoderModel model) {
    return new HealthName(model.fingerprint().hex());
  }

  @Bean
  Admission encoderTokens(
      EncoderProperties properties, EncoderModel model, ScheduledExecutorService serviceTimer) {
    return new Admission(
        "encoder tokens", properties.tokenLimits(model.windowTokens()), serviceTimer);
  }

  @Bean
  Batcher batcher(
      EncoderEngine engine,
      EncoderModel model,
      EncoderProperties properties,
      Admission encoderTokens,
      ProcessExit exit) {
    return Batcher.start(
        engine,
        properties.batchPolicy(model.windowTokens()),
        encoderTokens,
        exit,
        System::nanoTime);
  }

  @Bean
  SpanEncoder spanEncoder(
      EncoderModel model,
      TextTokenizer tokenizer,
      Upstreams upstreams,
      Batcher batcher,
      EncoderProperties properties) {
    EncoderProperties.WindowingProperties windowing = properties.windowing();
    return new SpanEncoder(
        model,
        tokenizer::tokenize,
        WindowPolicies.of(
            windowing.kind(), windowing.minTokens(), windowing.maxTokens(), model.windowTokens()),
        new BlockClient(
            upstreams.open("latent cache", properties.cache()).channel(),
            // For the cache all calls of this process are one.
            UUID.randomUUID().toString(),
            properties.claimLease()),
        batcher,
        properties.chunkTokens(model.windowTokens()));
  }

  @Bean
  Admission encodeSpanAdmission(
      EncoderProperties properties, ScheduledExecutorService serviceTimer) {
    return new Admission("EncodeSpan calls", properties.admission().calls(), serviceTimer);
  }

  @Bean
  StreamingCalls encodeSpanCalls(
      Admission encodeSpanAdmission, ServiceProperties serviceProperties) {
    return new StreamingCalls("EncodeSpan", encodeSpanAdmission, serviceProperties.minDataRate());
  }
}
