package ai.laconic.cache;

import ai.laconic.cache.block.Blocks;
import ai.laconic.cache.context.Contexts;
import ai.laconic.cache.memory.HeapBlockStore;
import ai.laconic.cache.memory.HeapContextStore;
import ai.laconic.cache.seal.Seal;
import ai.laconic.cache.service.LatentCacheHandlers;
import ai.laconic.cache.store.BlockStore;
import ai.laconic.cache.store.ContextStore;
import ai.laconic.servicekit.ServiceProperties;
import ai.laconic.servicekit.admission.Admission;
import ai.laconic.servicekit.call.StreamingCalls;
import java.time.Clock;
import java.util.concurrent.ScheduledExecutorService;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Puts the service together. */
@Configuration(proxyBeanMethods = false)
class CacheConfiguration {
  @Bean
  Clock clock() {
    return Clock.systemUTC();
  }

  @Bean
  BlockStore blockStore(CacheProperties properties, Clock clock) {
    CacheProperties.Blocks blocks = properties.blocks();
    return switch (blocks.store()) {
      case MEMORY -> new HeapBlockStore(blocks.maxSize().toBytes(), clock);
      case DISK, REDIS -> throw new IllegalArgumentException("not yet");
    };
  }

  @Bean
  ContextStore contextStore(CacheProperties properties) {
    CacheProperties.Contexts contexts = properties.contexts();
    return switch (contexts.store()) {
      case MEMORY -> new HeapContextStore(contexts.maxSize().toBytes());
      case DISK, REDIS -> throw new IllegalArgumentException("not yet");
    };
  }

  @Bean
  Seal seal(CacheProperties properties) {
    return new Seal(properties.encryption().masterKeys());
  }

  @Bean
  Blocks blocks(BlockStore store, Seal seal, CacheProperties properties) {
    return new Blocks(
        store,
        seal,
        properties.maxTtl(),
        Math.toIntExact(properties.blocks().maxBlockSize().toBytes()));
  }

  @Bean
  Contexts contexts(
      ContextStore contextStore,
      BlockStore blockStore,
      Seal seal,
      CacheProperties properties,
      Clock clock) {
    return new Contexts(
        contextStore, blockStore, seal, properties.quota().quotas(), properties.maxTtl(), clock);
  }

  @Bean
  SweepSchedule sweepSchedule(Contexts contexts, CacheProperties properties) {
    return new SweepSchedule(contexts.sweeper(), properties.sweepInterval());
  }

  @Bean
  Admission cacheAdmission(CacheProperties properties, ScheduledExecutorService serviceTimer) {
    return new Admission("cache calls", properties.admission().limits(), serviceTimer);
  }

  @Bean
  StreamingCalls cacheCalls(Admission cacheAdmission, ServiceProperties serviceProperties) {
    return new StreamingCalls("cache", cacheAdmission, serviceProperties.minDataRate());
  }

  @Bean
  LatentCacheHandlers latentCacheHandlers(
      Blocks blocks, Contexts contexts, StreamingCalls cacheCalls) {
    return new LatentCacheHandlers(blocks, contexts, cacheCalls);
  }
}
