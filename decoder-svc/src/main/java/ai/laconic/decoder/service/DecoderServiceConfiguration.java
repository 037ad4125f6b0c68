package ai.laconic.decoder.service;

import ai.laconic.cacheclient.block.NearBlocks;
import ai.laconic.decoder.AdmissionProperties;
import ai.laconic.decoder.DecoderProperties;
import ai.laconic.decoder.NearCacheProperties;
import ai.laconic.decoder.cache.LatentPuller;
import ai.laconic.decoder.engine.DecoderEngine;
import ai.laconic.decoder.prompt.PromptLimits;
import ai.laconic.decoder.prompt.Prompts;
import ai.laconic.runtime.model.ModelDirectory;
import ai.laconic.runtime.prompt.PromptAssembler;
import ai.laconic.runtime.tokenizer.TextTokenizer;
import ai.laconic.servicekit.PeriodicTask;
import ai.laconic.servicekit.ServiceProperties;
import ai.laconic.servicekit.admission.Admission;
import ai.laconic.servicekit.call.StreamingCalls;
import ai.laconic.servicekit.upstream.Upstream;
import ai.laconic.servicekit.upstream.Upstreams;
import io.grpc.BindableService;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.MeterRegistry;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.concurrent.ScheduledExecutorService;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The beans between the wire and the engine. */
@Configuration(proxyBeanMethods = false)
class DecoderServiceConfiguration {
  @Bean
  NearBlocks nearBlocks(Upstreams upstreams, DecoderProperties properties, MeterRegistry meters) {
    Upstream cache = upstreams.open("cache", properties.cache());
    NearCacheProperties near = properties.nearCache();
    NearBlocks blocks = new NearBlocks(cache.channel(), near.maxSize().toBytes(), near.maxIdle());
    meters.gauge("laconic.decoder.near.cache.bytes", blocks, NearBlocks::bytes);
    FunctionCounter.builder("laconic.decoder.near.cache.hits", blocks, NearBlocks::hits)
        .description("blocks that were near when a prompt wanted them")
        .register(meters);
    FunctionCounter.builder("laconic.decoder.near.cache.misses", blocks, NearBlocks::misses)
        .description("blocks that had to be pulled")
        .register(meters);
    return blocks;
  }

  @Bean
  PeriodicTask nearBlocksRecheck(NearBlocks blocks, DecoderProperties properties) {
    return new PeriodicTask(
        "near-cache-recheck", properties.nearCache().recheckInterval(), blocks::dropErased);
  }

  @Bean
  LatentPuller latentPuller(NearBlocks blocks, ModelDirectory model) {
    return new LatentPuller(blocks, model.fingerprint(), model.latentWidth());
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
    return new Prompts(assembler, model.fingerprint(), model.latentWidth(), limits);
  }

  @Bean
  Admission slots(
      DecoderProperties properties, DecoderEngine engine, ScheduledExecutorService serviceTimer) {
    AdmissionProperties admission = properties.admission();
    long slots = (long) engine.info().slots() + admission.prefetch();
    return new Admission("decoder slots", admission.within(slots), serviceTimer);
  }

  @Bean
  Admission latentMemory(DecoderProperties properties, ScheduledExecutorService serviceTimer) {
    long bytes = properties.latentMemory().toBytes();
    return new Admission(
        "bytes of latents in memory", properties.admission().within(bytes), serviceTimer);
  }

  @Bean
  Admission calls(DecoderProperties properties, ScheduledExecutorService serviceTimer) {
    return new Admission("decoder calls", properties.admission().calls(), serviceTimer);
  }

  @Bean
  Decodes decodes(
      DecoderProperties properties,
      Prompts prompts,
      Admission slots,
      Admission latentMemory,
      LatentPuller puller,
      DecoderEngine engine,
      TextTokenizer tokenizer) {
    return new Decodes(
        prompts, slots, latentMemory, puller, engine, tokenizer, properties.tokenDelay());
  }

  @Bean
  StreamingCalls decoderCalls(Admission calls, ServiceProperties service) {
    return new StreamingCalls("decoder", calls, service.minDataRate());
  }

  @Bean
  BindableService decoderService(
      ModelDirectory model, DecoderEngine engine, Decodes decodes, StreamingCalls decoderCalls) {
    return new DecoderGrpcService(
        ModelDescription.of(model, engine.info()),
        new DecodeRequests(new SecureRandom()::nextLong),
        decodes,
        decoderCalls,
        InstantSource.system());
  }
}
