package ai.laconic.cache;

import ai.laconic.servicekit.tenant.TenantClientInterceptor;
import ai.laconic.v1.LatentCacheServiceGrpc;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.MetadataUtils;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.springframework.context.ConfigurableApplicationContext;

/** The application on a port of its own, over loopback. */
final class RunningCache implements AutoCloseable {
  private static final int WAIT_SECONDS = 60;

  private final ConfigurableApplicationContext context;
  private final ManagedChannel channel;

  RunningCache(Map<String, Object> settings) {
    Map<String, Object> all = new HashMap<>(settings);
    all.put("spring.grpc.server.port", 0);
    context = LatentCacheApplication.start(all);
    int port = context.getEnvironment().getRequiredProperty("local.grpc.server.port", int.class);
    channel =
        NettyChannelBuilder.forAddress("127.0.0.1", port)
            .usePlaintext()
            .maxInboundMessageSize(20 << 20)
            .build();
  }

  ConfigurableApplicationContext context() {
    return context;
  }

  ManagedChannel channel() {
    return channel;
  }

  LatentCacheServiceGrpc.LatentCacheServiceBlockingStub anonymous() {
    return LatentCacheServiceGrpc.newBlockingStub(channel)
        .withDeadlineAfter(WAIT_SECONDS, TimeUnit.SECONDS);
  }

  LatentCacheServiceGrpc.LatentCacheServiceBlockingStub stub() {
    return anonymous().withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers()));
  }

  LatentCacheServiceGrpc.LatentCacheServiceStub async() {
    return LatentCacheServiceGrpc.newStub(channel)
        .withDeadlineAfter(WAIT_SECONDS, TimeUnit.SECONDS)
        .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers()));
  }

  private static Metadata headers() {
    Metadata headers = new Metadata();
    headers.put(TenantClientInterceptor.HEADER, Fixtures.ACME.value());
    return headers;
  }

  boolean serving() {
    return HealthGrpc.newBlockingStub(channel)
            .withDeadlineAfter(WAIT_SECONDS, TimeUnit.SECONDS)
            .check(HealthCheckRequest.getDefaultInstance())
            .getStatus()
        == ServingStatus.SERVING;
  }

  @Override
  public void close() {
    channel.shutdownNow();
    context.close();
  }
}
