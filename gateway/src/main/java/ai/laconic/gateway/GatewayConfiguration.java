package ai.laconic.gateway;

import ai.laconic.gateway.auth.ApiKeys;
import ai.laconic.gateway.context.ContextGrpc;
import ai.laconic.gateway.context.ContextIds;
import ai.laconic.gateway.context.ContextMaker;
import ai.laconic.gateway.context.ContextReader;
import ai.laconic.gateway.limit.TextBudget;
import ai.laconic.gateway.pool.PoolGrpc;
import ai.laconic.gateway.pool.Pools;
import ai.laconic.gateway.pool.SpanEncoder;
import ai.laconic.gateway.prompt.GenerationGrpc;
import ai.laconic.gateway.prompt.PromptResolver;
import ai.laconic.gateway.upstream.CacheClient;
import ai.laconic.servicekit.ServiceProperties;
import ai.laconic.servicekit.admission.Admission;
import ai.laconic.servicekit.call.StreamingCalls;
import ai.laconic.servicekit.tenant.TenantResolver;
import ai.laconic.servicekit.upstream.Restarts;
import ai.laconic.servicekit.upstream.Upstream;
import ai.laconic.servicekit.upstream.Upstreams;
import java.net.InetAddress;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicInteger;
import org.springframework.boot.grpc.server.autoconfigure.GrpcServerProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** How the gateway's parts come together. */
@Configuration(proxyBeanMethods = false)
class GatewayConfiguration {
  @Bean
  TenantResolver apiKeys(GatewayProperties properties, GrpcServerProperties server) {
    InetAddress address = server.getAddress();
    return new ApiKeys(properties.apiKeys(), address == null || !address.isLoopbackAddress());
  }

  @Bean
  Clock clock() {
    return Clock.systemUTC();
  }

  @Bean
  Upstream cacheUpstream(Upstreams upstreams, GatewayProperties properties) {
    return upstreams.open("cache", properties.cache());
  }

  @Bean(initMethod = "start")
  Pools pools(Upstreams upstreams, GatewayProperties properties) {
    return new Pools(properties.pools(), properties.poolRefresh(), upstreams);
  }

  @Bean
  Restarts restarts(GatewayProperties properties) {
    return new Restarts(properties.patience());
  }

  @Bean
  CacheClient cacheClient(Upstream cacheUpstream, Restarts restarts) {
    return new CacheClient(cacheUpstream, restarts);
  }

  @Bean
  SpanEncoder spanEncoder(Restarts restarts) {
    return new SpanEncoder(restarts);
  }

  @Bean
  Admission gatewayCalls(GatewayProperties properties, ScheduledExecutorService serviceTimer) {
    return new Admission("gateway calls", properties.admission().limits(), serviceTimer);
  }

  @Bean
  StreamingCalls streamingCalls(Admission gatewayCalls, ServiceProperties service) {
    return new StreamingCalls("gateway", gatewayCalls, service.minDataRate());
  }

  /**
   * Threads that wait for tiers on behalf of a call, which has its spans in flight and one thread
   * that reads its upload. Calls are bounded; those that ended may have some on their way out.
   */
  @Bean(destroyMethod = "shutdownNow")
  ExecutorService upstreamExecutor() {
    AtomicInteger number = new AtomicInteger();
    return Executors.newCachedThreadPool(
        task -> {
          Thread thread = new Thread(task, "gateway-upstream-" + number.incrementAndGet());
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
      ExecutorService upstreamExecutor) {
    return new ContextMaker(
        pools,
        encoder,
        cache,
        new ContextIds(new SecureRandom()),
        clock,
        properties.context(),
        properties.limits(),
        new TextBudget(
            properties.limits().textInFlight().toBytes(),
            properties.limits().maxContextText().toBytes()),
        upstreamExecutor);
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
      GatewayProperties properties,
      ExecutorService upstreamExecutor) {
    PromptResolver resolver =
        new PromptResolver(
            pools, encoder, cache, properties.generation(), properties.limits(), upstreamExecutor);
    return new GenerationGrpc(calls, resolver, new Restarts(properties.generation().patience()));
  }

  @Bean
  PoolGrpc poolGrpc(Pools pools) {
    return new PoolGrpc(pools);
  }
}
