package ai.laconic.decoder.service;

import ai.laconic.decoder.DecoderProperties;
import ai.laconic.decoder.cache.LatentMemory;
import ai.laconic.decoder.cache.LatentPuller;
import ai.laconic.decoder.engine.DecoderEngine;
import ai.laconic.decoder.prompt.PromptLimits;
import ai.laconic.decoder.prompt.Prompts;
import ai.laconic.runtime.model.ModelDirectory;
import ai.laconic.runtime.prompt.PromptAssembler;
import ai.laconic.runtime.tokenizer.TextTokenizer;
import ai.laconic.servicekit.call.StreamingCalls;
import ai.laconic.servicekit.peer.Peer;
import ai.laconic.servicekit.peer.Peers;
import io.grpc.BindableService;
import java.security.SecureRandom;
import java.time.InstantSource;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The beans between the wire and the engine. */
@Configuration(proxyBeanMethods = false)
class DecoderServiceConfiguration {
  /** Calls beyond those that the engine runs or lets wait: they prepare and pull. */
  private static final int PREPARING = 16;

  @Bean
  Peer cachePeer(Peers peers, DecoderProperties properties) {
    return peers.open("cache", properties.cache());
  }

  @Bean
  LatentMemory latentMemory(DecoderProperties properties) {
    return new LatentMemory(properties.latentMemory().toBytes());
  }

  @Bean
  LatentPuller latentPuller(Peer cachePeer, ModelDirectory model) {
    return new LatentPuller(cachePeer.channel(), model.fingerprint(), model.latentWidth());
  }

  @Bean
  Prompts prompts(
      DecoderProperties properties,
      ModelDirectory model,
      PromptAssembler assembler,
      DecoderEngine engine) {
    PromptLimits limits =
        new PromptLimits(
            engine.info().maxPositions(),
            properties.defaultMaxTokens(),
            properties.maxPromptCharacters());
    return new Prompts(assembler, model.fingerprint(), limits);
  }

  @Bean
  Decodes decodes(
      Prompts prompts,
      LatentMemory memory,
      LatentPuller puller,
      DecoderEngine engine,
      TextTokenizer tokenizer) {
    return new Decodes(prompts, memory, puller, engine, tokenizer);
  }

  @Bean
  Scorings scorings(
      Prompts prompts,
      LatentMemory memory,
      LatentPuller puller,
      DecoderEngine engine,
      TextTokenizer tokenizer) {
    return new Scorings(prompts, memory, puller, engine, tokenizer);
  }

  @Bean
  StreamingCalls decoderCalls(DecoderProperties properties) {
    return new StreamingCalls("decoder", properties.mostGenerations() + PREPARING);
  }

  @Bean
  BindableService decoderService(
      ModelDirectory model,
      DecoderEngine engine,
      Decodes decodes,
      Scorings scorings,
      StreamingCalls decoderCalls) {
    return new DecoderGrpcService(
        ModelDescription.of(model, engine.info()),
        new DecodeRequests(new SecureRandom()::nextLong),
        decodes,
        scorings,
        decoderCalls,
        InstantSource.system());
  }
}
