package ai.laconic.gateway;

import ai.laconic.gateway.auth.ApiKeys;
import ai.laconic.gateway.context.ContextGrpc;
import ai.laconic.gateway.context.ContextIds;
import ai.laconic.gateway.context.ContextMaker;
import ai.laconic.gateway.context.ContextReader;
import ai.laconic.gateway.hop.CacheClient;
import ai.laconic.gateway.hop.Retries;
import ai.laconic.gateway.limit.LimitProperties;
import ai.laconic.gateway.limit.TextBudget;
import ai.laconic.gateway.pool.ModelPool;
import ai.laconic.gateway.pool.PoolGrpc;
import ai.laconic.gateway.pool.PoolProperties;
import ai.laconic.gateway.pool.Pools;
import ai.laconic.gateway.pool.SpanEncoder;
import ai.laconic.gateway.prompt.GenerationGrpc;
import ai.laconic.gateway.prompt.PromptResolver;
import ai.laconic.gateway.prompt.Restarts;
import ai.laconic.servicekit.call.StreamingCalls;
import ai.laconic.servicekit.peer.Peer;
import ai.laconic.servicekit.peer.Peers;
import ai.laconic.servicekit.tenant.TenantResolver;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** How the gateway's parts come together. */
@Configuration(proxyBeanMethods = false)
class GatewayConfiguration {
  @Bean
  TenantResolver apiKeys(GatewayProperties properties) {
    return new ApiKeys(properties.apiKeys());
  }

  @Bean
  Clock clock() {
    return Clock.systemUTC();
  }

  /** Also the check that the cache can serve. */
  @Bean
  Peer cachePeer(Peers peers, GatewayProperties properties) {
    return peers.open("cache", properties.cache());
  }

  @Bean(initMethod = "start")
  Pools pools(Peers peers, GatewayProperties properties) {
    List<ModelPool> pools =
        properties.pools().stream().map(pool -> modelPool(pool, peers)).toList();
    return new Pools(pools, properties.poolRefresh());
  }

  private static ModelPool modelPool(PoolProperties pool, Peers peers) {
    return new ModelPool(
        pool.name(),
        pool.ratio(),
        peers.open("encoder of pool " + pool.name(), pool.encoder()),
        peers.open("decoder of pool " + pool.name(), pool.decoder()));
  }

  @Bean
  Retries retries(GatewayProperties properties) {
    return new Retries(
        properties.retry(),
        () -> ThreadLocalRandom.current().nextDouble(),
        delay -> TimeUnit.NANOSECONDS.sleep(delay.toNanos()));
  }

  @Bean
  CacheClient cacheClient(Peer cachePeer, Retries retries) {
    return new CacheClient(cachePeer, retries);
  }

  @Bean
  SpanEncoder spanEncoder(Retries retries) {
    return new SpanEncoder(retries);
  }

  @Bean
  StreamingCalls streamingCalls(GatewayProperties properties) {
    return new StreamingCalls("gateway", properties.limits().maxConcurrentCalls());
  }

  /**
   * Threads that wait for tiers on behalf of a call. As many as all calls together can want: each
   * has its spans in flight, and one thread that reads its upload.
   */
  @Bean(destroyMethod = "shutdownNow")
  ExecutorService hopExecutor(GatewayProperties properties) {
    LimitProperties limits = properties.limits();
    AtomicInteger number = new AtomicInteger();
    return new ThreadPoolExecutor(
        0,
        Math.multiplyExact(limits.maxConcurrentCalls(), limits.spansInFlight() + 1),
        30,
        TimeUnit.SECONDS,
        new SynchronousQueue<>(),
        task -> {
          Thread thread = new Thread(task, "gateway-hop-" + number.incrementAndGet());
          thread.setDaemon(true);
          return thread;
        });
  }

  @Bean
  ContextMaker contextMaker(
      Pools pools,
      SpanEncoder encoder,
      CacheClient cache,
      Clock clock,
      GatewayProperties properties,
      ExecutorService hopExecutor) {
    return new ContextMaker(
        pools,
        encoder,
        cache,
        new ContextIds(new SecureRandom()),
        clock,
        properties.context(),
        properties.limits(),
        new TextBudget(properties.limits().textInFlight().toBytes()),
        hopExecutor);
  }

  @Bean
  ContextGrpc contextGrpc(StreamingCalls calls, ContextMaker maker, CacheClient cache) {
    return new ContextGrpc(calls, maker, new ContextReader(cache), cache);
  }

  @Bean
  GenerationGrpc generationGrpc(
      StreamingCalls calls,
      Pools pools,
      SpanEncoder encoder,
      CacheClient cache,
      Retries retries,
      GatewayProperties properties,
      ExecutorService hopExecutor) {
    PromptResolver resolver =
        new PromptResolver(
            pools, encoder, cache, properties.generation(), properties.limits(), hopExecutor);
    return new GenerationGrpc(calls, resolver, new Restarts());
  }

  @Bean
  PoolGrpc poolGrpc(Pools pools) {
    return new PoolGrpc(pools);
  }
}
