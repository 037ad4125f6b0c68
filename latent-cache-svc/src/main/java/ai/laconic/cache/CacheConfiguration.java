package ai.laconic.cache;

import ai.laconic.cache.block.Blocks;
import ai.laconic.cache.context.Contexts;
import ai.laconic.cache.disk.DataDirectoryException;
import ai.laconic.cache.disk.DiskStores;
import ai.laconic.cache.memory.HeapBlockStore;
import ai.laconic.cache.memory.HeapContextStore;
import ai.laconic.cache.redis.RedisBlockStore;
import ai.laconic.cache.redis.RedisContextStore;
import ai.laconic.cache.seal.KeyChecks;
import ai.laconic.cache.seal.MasterKey;
import ai.laconic.cache.seal.Seal;
import ai.laconic.cache.service.LatentCacheHandlers;
import ai.laconic.cache.store.BlockStore;
import ai.laconic.cache.store.ContextStore;
import ai.laconic.servicekit.PeriodicTask;
import ai.laconic.servicekit.ServiceProperties;
import ai.laconic.servicekit.admission.Admission;
import ai.laconic.servicekit.call.StreamingCalls;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.ScheduledExecutorService;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;

/** Puts the service together. */
@Configuration(proxyBeanMethods = false)
class CacheConfiguration {
  @Bean
  Clock clock() {
    return Clock.systemUTC();
  }

  /** Opened only where something is kept on disk. */
  @Bean
  @Lazy
  DiskStores diskStores(CacheProperties properties, Clock clock) throws InterruptedException {
    try {
      return DiskStores.open(
          properties.directory(), properties.blocks().maxSize().toBytes(), clock);
    } catch (DataDirectoryException e) {
      throw new IllegalArgumentException("laconic.cache.directory: " + e.getMessage(), e);
    }
  }

  @Bean
  BlockStore blockStore(
      CacheProperties properties,
      Clock clock,
      ObjectProvider<DiskStores> disk,
      SslBundles bundles) {
    CacheProperties.Blocks blocks = properties.blocks();
    return switch (blocks.store()) {
      case MEMORY -> new HeapBlockStore(blocks.maxSize().toBytes(), clock);
      case DISK -> disk.getObject().blocks();
      case REDIS -> new RedisBlockStore(properties.redis().settings(bundles));
    };
  }

  @Bean
  ContextStore contextStore(
      CacheProperties properties, ObjectProvider<DiskStores> disk, SslBundles bundles) {
    CacheProperties.Contexts contexts = properties.contexts();
    return switch (contexts.store()) {
      case MEMORY -> new HeapContextStore(contexts.maxSize().toBytes());
      case DISK -> disk.getObject().contexts();
      case REDIS -> new RedisContextStore(properties.contextsRedis().settings(bundles));
    };
  }

  @Bean
  Seal seal(CacheProperties properties, ContextStore contextStore) throws InterruptedException {
    List<MasterKey> keys = properties.encryption().masterKeys();
    KeyChecks.check(contextStore, keys);
    return new Seal(keys);
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
  PeriodicTask sweeps(Contexts contexts, CacheProperties properties) {
    return new PeriodicTask("cache-sweeper", properties.sweepInterval(), contexts.sweeper()::sweep);
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
