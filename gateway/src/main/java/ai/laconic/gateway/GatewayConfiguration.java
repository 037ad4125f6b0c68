package ai.laconic.gateway;

import ai.laconic.cacheclient.context.ContextClient;
import ai.laconic.gateway.auth.ApiKeys;
import ai.laconic.gateway.context.ContextGrpc;
import ai.laconic.gateway.context.ContextIds;
import ai.laconic.gateway.context.ContextMaker;
import ai.laconic.gateway.context.ContextPlanner;
import ai.laconic.gateway.context.ContextReader;
import ai.laconic.gateway.healing.Healer;
import ai.laconic.gateway.healing.SourceEncoder;
import ai.laconic.gateway.limit.LimitProperties;
import ai.laconic.gateway.limit.TextBudget;
import ai.laconic.gateway.pool.PoolGrpc;
import ai.laconic.gateway.pool.Pools;
import ai.laconic.gateway.pool.SpanEncoder;
import ai.laconic.gateway.prompt.Decodes;
import ai.laconic.gateway.prompt.GenerationGrpc;
import ai.laconic.gateway.prompt.PromptResolver;
import ai.laconic.servicekit.ServiceProperties;
import ai.laconic.servicekit.admission.Admission;
import ai.laconic.servicekit.call.StreamingCalls;
import ai.laconic.servicekit.tenant.TenantResolver;
import ai.laconic.servicekit.upstream.Restarts;
import ai.laconic.servicekit.upstream.Upstream;
import ai.laconic.servicekit.upstream.Upstreams;
import io.micrometer.core.instrument.MeterRegistry;
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
  ContextClient contextClient(
      Upstream cacheUpstream, Restarts restarts, GatewayProperties properties) {
    return new ContextClient(
        cacheUpstream.channel(), restarts, properties.limits().heldManifests().toBytes());
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
  SourceEncoder sourceEncoder(
      ContextClient contexts, SpanEncoder encoder, Clock clock, GatewayProperties properties) {
    return new SourceEncoder(contexts, encoder, clock, properties.generation().inlineTtl());
  }

  @Bean
  Healer healer(
      SourceEncoder encoder,
      GatewayProperties properties,
      ExecutorService upstreamExecutor,
      MeterRegistry metrics) {
    return new Healer(encoder, upstreamExecutor, properties.limits().spansInFlight(), metrics);
  }

  @Bean
  ContextGrpc contextGrpc(
      StreamingCalls calls,
      Pools pools,
      SpanEncoder encoder,
      ContextClient contexts,
      Clock clock,
      GatewayProperties properties,
      ExecutorService upstreamExecutor) {
    LimitProperties limits = properties.limits();
    ContextPlanner planner =
        new ContextPlanner(
            pools, contexts, new ContextIds(new SecureRandom()), clock, properties.context());
    TextBudget budget =
        new TextBudget(limits.textInFlight().toBytes(), limits.maxContextText().toBytes());
    return new ContextGrpc(
        calls,
        planner,
        new ContextMaker(encoder, contexts, limits, budget, upstreamExecutor),
        new ContextReader(contexts),
        contexts);
  }

  @Bean
  GenerationGrpc generationGrpc(
      StreamingCalls calls,
      Pools pools,
      SourceEncoder encoder,
      Healer healer,
      ContextClient contexts,
      GatewayProperties properties,
      ExecutorService upstreamExecutor) {
    PromptResolver resolver =
        new PromptResolver(pools, encoder, healer, contexts, properties.limits(), upstreamExecutor);
    Restarts restarts = new Restarts(properties.generation().patience());
    return new GenerationGrpc(calls, resolver, new Decodes(restarts, healer));
  }

  @Bean
  PoolGrpc poolGrpc(Pools pools) {
    return new PoolGrpc(pools);
  }
}
