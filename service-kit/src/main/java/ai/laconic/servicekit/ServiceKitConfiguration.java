package ai.laconic.servicekit;

import ai.laconic.servicekit.call.DeadlineServerInterceptor;
import ai.laconic.servicekit.call.MalformedRequest;
import ai.laconic.servicekit.call.ValidationServerInterceptor;
import ai.laconic.servicekit.error.ProblemServerInterceptor;
import ai.laconic.servicekit.health.Readiness;
import ai.laconic.servicekit.health.ReadinessCheck;
import ai.laconic.servicekit.peer.Peers;
import ai.laconic.servicekit.tenant.TenantResolver;
import ai.laconic.servicekit.tenant.TenantServerInterceptor;
import build.buf.protovalidate.ValidatorFactory;
import io.grpc.BindableService;
import io.grpc.ManagedChannelBuilder;
import io.grpc.protobuf.services.HealthStatusManager;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;
import org.springframework.grpc.client.GrpcChannelBuilderCustomizer;
import org.springframework.grpc.client.GrpcChannelFactory;
import org.springframework.grpc.server.GlobalServerInterceptor;
import org.springframework.grpc.server.service.GrpcServiceConfigurer;

/**
 * The beans that every service has. Interceptors run in their order: problems outermost, so that
 * what the others throw becomes a status too.
 */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(ServiceProperties.class)
public class ServiceKitConfiguration {
  @Bean
  @GlobalServerInterceptor
  @Order(10)
  ProblemServerInterceptor problemServerInterceptor() {
    return new ProblemServerInterceptor();
  }

  @Bean
  @GlobalServerInterceptor
  @Order(20)
  DeadlineServerInterceptor deadlineServerInterceptor(
      ServiceProperties properties, ScheduledExecutorService serviceTimer) {
    return new DeadlineServerInterceptor(properties.callTimeout(), serviceTimer);
  }

  @Bean
  @GlobalServerInterceptor
  @Order(30)
  TenantServerInterceptor tenantServerInterceptor(ObjectProvider<TenantResolver> resolver) {
    return new TenantServerInterceptor(resolver.getIfAvailable(TenantResolver::trustedHeader));
  }

  @Bean
  @GlobalServerInterceptor
  @Order(40)
  ValidationServerInterceptor validationServerInterceptor() {
    return new ValidationServerInterceptor(ValidatorFactory.newBuilder().build());
  }

  @Bean(destroyMethod = "shutdownNow")
  ScheduledExecutorService serviceTimer() {
    return Executors.newSingleThreadScheduledExecutor(
        task -> {
          Thread thread = new Thread(task, "service-timer");
          thread.setDaemon(true);
          return thread;
        });
  }

  @Bean
  Peers peers(GrpcChannelFactory channels) {
    return new Peers(channels);
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
  Readiness readiness(
      ObjectProvider<ReadinessCheck> checks,
      HealthStatusManager health,
      ScheduledExecutorService serviceTimer,
      ServiceProperties properties) {
    return new Readiness(
        List.copyOf(checks.orderedStream().toList()),
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
