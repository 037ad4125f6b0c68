package ai.laconic.servicekit;

import static java.util.Objects.requireNonNull;

import ai.laconic.servicekit.admission.Admission;
import ai.laconic.servicekit.admission.Draining;
import ai.laconic.servicekit.call.HalfOpenStreams;
import ai.laconic.servicekit.call.MalformedRequest;
import ai.laconic.servicekit.call.StalledStreams;
import ai.laconic.servicekit.call.UnaryLimitServerInterceptor;
import ai.laconic.servicekit.call.ValidationServerInterceptor;
import ai.laconic.servicekit.error.ProblemServerInterceptor;
import ai.laconic.servicekit.health.HealthName;
import ai.laconic.servicekit.health.Readiness;
import ai.laconic.servicekit.health.ReadinessCheck;
import ai.laconic.servicekit.metrics.MetricsServer;
import ai.laconic.servicekit.tenant.TenantResolver;
import ai.laconic.servicekit.tenant.TenantServerInterceptor;
import ai.laconic.servicekit.upstream.Upstreams;
import build.buf.protovalidate.ValidatorFactory;
import io.grpc.BindableService;
import io.grpc.ManagedChannelBuilder;
import io.grpc.ServerBuilder;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.services.HealthStatusManager;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;
import org.springframework.grpc.client.GrpcChannelBuilderCustomizer;
import org.springframework.grpc.client.GrpcChannelFactory;
import org.springframework.grpc.server.GlobalServerInterceptor;
import org.springframework.grpc.server.ServerBuilderCustomizer;
import org.springframework.grpc.server.service.GrpcServiceConfigurer;

/**
 * The beans that every service has. Interceptors run in their order: problems outermost, so that
 * what the others throw becomes a status too.
 */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(ServiceProperties.class)
public class ServiceKitConfiguration {
  private static final Logger log = LoggerFactory.getLogger(ServiceKitConfiguration.class);

  /** Exit status of a process that can't serve any more: EX_SOFTWARE of sysexits.h. */
  private static final int CANNOT_SERVE = 70;

  @Bean
  PrometheusMeterRegistry meterRegistry() {
    return new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  }

  @Bean
  @ConditionalOnProperty("laconic.service.metrics-port")
  MetricsServer metricsServer(PrometheusMeterRegistry registry, ServiceProperties properties) {
    MetricsServer server = MetricsServer.start(registry, requireNonNull(properties.metricsPort()));
    log.info("metrics at port {}", server.port());
    return server;
  }

  @Bean
  @GlobalServerInterceptor
  @Order(0)
  StalledStreams stalledStreams(
      ServiceProperties properties, ScheduledExecutorService serviceTimer) {
    return new StalledStreams(properties.minDataRate(), serviceTimer);
  }

  @Bean
  HalfOpenStreams halfOpenStreams() {
    return new HalfOpenStreams();
  }

  @Bean
  <B extends ServerBuilder<B>> ServerBuilderCustomizer<B> streamLimits(
      StalledStreams stalledStreams, HalfOpenStreams halfOpenStreams) {
    return server -> {
      server.addStreamTracerFactory(stalledStreams);
      if (server instanceof NettyServerBuilder netty) {
        halfOpenStreams.watch(netty);
      }
    };
  }

  @Bean
  @GlobalServerInterceptor
  @Order(10)
  ProblemServerInterceptor problemServerInterceptor() {
    return new ProblemServerInterceptor();
  }

  @Bean
  @GlobalServerInterceptor
  @Order(20)
  TenantServerInterceptor tenantServerInterceptor(ObjectProvider<TenantResolver> resolver) {
    return new TenantServerInterceptor(resolver.getIfAvailable(TenantResolver::trustedHeader));
  }

  @Bean
  @GlobalServerInterceptor
  @Order(30)
  UnaryLimitServerInterceptor unaryLimitServerInterceptor(
      ServiceProperties properties, ScheduledExecutorService serviceTimer) {
    return new UnaryLimitServerInterceptor(properties.unaryTimeout(), serviceTimer);
  }

  @Bean
  @GlobalServerInterceptor
  @Order(40)
  ValidationServerInterceptor validationServerInterceptor() {
    return new ValidationServerInterceptor(ValidatorFactory.newBuilder().build());
  }

  @Bean(destroyMethod = "shutdownNow")
  ScheduledExecutorService serviceTimer() {
    ScheduledThreadPoolExecutor timer =
        new ScheduledThreadPoolExecutor(
            1,
            task -> {
              Thread thread = new Thread(task, "service-timer");
              thread.setDaemon(true);
              return thread;
            });
    // Nearly all that is scheduled is cancelled long before its time.
    timer.setRemoveOnCancelPolicy(true);
    return timer;
  }

  @Bean
  Upstreams upstreams(GrpcChannelFactory channels, ScheduledExecutorService serviceTimer) {
    return new Upstreams(channels, serviceTimer);
  }

  @Bean
  ProcessExit processExit() {
    return sentence -> {
      log.error("{}; this process ends", sentence);
      // Not on the caller's thread: the shutdown waits for it.
      new Thread(() -> System.exit(CANNOT_SERVE), "process-exit").start();
    };
  }

  @Bean
  HealthStatusManager healthStatusManager() {
    return new HealthStatusManager();
  }

  @Bean
  BindableService healthService(HealthStatusManager health) {
    return health.getHealthService();
  }

  @Bean
  Draining draining(ObjectProvider<Admission> doors) {
    return new Draining(doors.orderedStream().toList());
  }

  @Bean
  Readiness readiness(
      ObjectProvider<ReadinessCheck> checks,
      ObjectProvider<HealthName> names,
      HealthStatusManager health,
      ScheduledExecutorService serviceTimer,
      ServiceProperties properties) {
    return new Readiness(
        checks.orderedStream().toList(),
        names.orderedStream().toList(),
        health,
        serviceTimer,
        properties.readinessInterval());
  }

  @Bean
  ServiceThreads serviceThreads() {
    return new ServiceThreads();
  }

  @Bean
  <B extends ManagedChannelBuilder<B>> GrpcChannelBuilderCustomizer<B> channelThreads(
      ServiceThreads threads) {
    return (target, builder) -> builder.executor(threads.getExecutor());
  }

  /** Hands requests that can't be parsed on to the validation of all services. */
  @Bean
  static BeanPostProcessor malformedRequests() {
    return new BeanPostProcessor() {
      @Override
      public Object postProcessAfterInitialization(Object bean, String name) {
        return bean instanceof GrpcServiceConfigurer services
            ? (GrpcServiceConfigurer)
                (service, server) ->
                    MalformedRequest.handedOnIn(services.configure(service, server))
            : bean;
      }
    };
  }
}
