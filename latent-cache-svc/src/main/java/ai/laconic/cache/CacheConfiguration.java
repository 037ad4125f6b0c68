package ai.laconic.cache;

import ai.laconic.cache.memory.InMemoryLatentStore;
import ai.laconic.cache.redis.RedisLatentStore;
import ai.laconic.cache.service.LatentCacheHandlers;
import ai.laconic.cache.store.LatentStore;
import ai.laconic.servicekit.ServiceProperties;
import ai.laconic.servicekit.admission.Admission;
import ai.laconic.servicekit.call.StreamingCalls;
import java.time.Clock;
import java.util.concurrent.ScheduledExecutorService;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.util.unit.DataSize;

/** Puts the service together. */
@Configuration(proxyBeanMethods = false)
class CacheConfiguration {
  private static final Logger log = LoggerFactory.getLogger(CacheConfiguration.class);

  @Bean
  Clock clock() {
    return Clock.systemUTC();
  }

  @Bean
  LatentStore latentStore(CacheProperties properties, Clock clock) {
    return switch (properties.store()) {
      case MEMORY -> inMemory(properties.memory().maxSize(), clock);
      case REDIS ->
          new RedisLatentStore(
              properties.redis().uri(), properties.redis().commandTimeout(), clock);
    };
  }

  private static LatentStore inMemory(DataSize maxSize, Clock clock) {
    long heap = Runtime.getRuntime().maxMemory();
    if (maxSize.toBytes() > heap / 2) {
      log.warn(
          "laconic.cache.memory.max-size: {} (expected: at most half of the heap, which is {})",
          maxSize,
          DataSize.ofBytes(heap));
    }
    return new InMemoryLatentStore(maxSize.toBytes(), clock);
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
      LatentStore store, StreamingCalls cacheCalls, CacheProperties properties, Clock clock) {
    return new LatentCacheHandlers(store, cacheCalls, properties.maxTtl(), clock);
  }
}
