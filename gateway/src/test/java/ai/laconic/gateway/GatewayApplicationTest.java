package ai.laconic.gateway;

import static ai.laconic.gateway.Statuses.assertFails;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import ai.laconic.gateway.context.Uploader;
import ai.laconic.gateway.fake.Digests;
import ai.laconic.gateway.fake.FakeCache;
import ai.laconic.gateway.fake.FakeDecoder;
import ai.laconic.gateway.fake.FakeEncoder;
import ai.laconic.gateway.fake.FakeTier;
import ai.laconic.gateway.fake.Models;
import ai.laconic.v1.Context;
import ai.laconic.v1.ContextOptions;
import ai.laconic.v1.ContextPart;
import ai.laconic.v1.ContextServiceGrpc;
import ai.laconic.v1.GenerateRequest;
import ai.laconic.v1.GenerateResponse;
import ai.laconic.v1.GenerationServiceGrpc;
import ai.laconic.v1.ListContextsRequest;
import ai.laconic.v1.ListPoolsRequest;
import ai.laconic.v1.Part;
import ai.laconic.v1.PoolServiceGrpc;
import ai.laconic.v1.Role;
import ai.laconic.v1.Turn;
import com.google.common.collect.ImmutableList;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.Status.Code;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.boot.grpc.server.autoconfigure.GrpcServerProperties;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.grpc.server.lifecycle.GrpcServerLifecycle;

/** The application as it is started, on real ports. */
@Timeout(180)
class GatewayApplicationTest {
  @Test
  void servesBehindItsInterceptorsAndIsReadyOnceItsTiersAre() throws Exception {
    FakeCache cache = new FakeCache();
    FakeEncoder encoder = new FakeEncoder(Models.model(Models.FINGERPRINT_A, 4));
    FakeDecoder decoder = new FakeDecoder(Models.model(Models.FINGERPRINT_A, 4));
    try (FakeTier cacheTier = FakeTier.onPort(cache);
        FakeTier encoderTier = FakeTier.onPort(encoder).serving(encoder.model);
        FakeTier decoderTier = FakeTier.onPort(decoder).serving(decoder.model);
        ConfigurableApplicationContext application =
            GatewayApplication.start(
                settings(
                    Map.of(
                        "laconic.gateway.cache.target", cacheTier.target(),
                        "laconic.gateway.pools[0].name", "nano-4x",
                        "laconic.gateway.pools[0].ratio", 4,
                        "laconic.gateway.pools[0].encoder.target", encoderTier.target(),
                        "laconic.gateway.pools[0].decoder.target", decoderTier.target())))) {
      int port = application.getBean(GrpcServerLifecycle.class).getPort();
      ManagedChannel channel =
          ManagedChannelBuilder.forAddress("localhost", port).usePlaintext().build();
      try {
        HealthGrpc.HealthBlockingStub health = HealthGrpc.newBlockingStub(channel);
        await().atMost(Duration.ofSeconds(60)).until(() -> isServing(health));
        callsNeedAKeyAndAreValidated(channel);
        goesThroughAllTiers(channel, cache);
        // What is down is told to clients, which a gateway that turns itself off could not do.
        cacheTier.setServing(false);
        decoderTier.setServing(false);
        await().until(() -> !decoderReady(channel));
        assertThat(isServing(health)).isTrue();
      } finally {
        ManagedChannel unused = channel.shutdownNow();
      }
      GrpcServerProperties server = application.getBean(GrpcServerProperties.class);
      assertThat(server.getShutdown().getGracePeriod()).isEqualTo(Duration.ofSeconds(20));
      assertThat(server.getInbound().getMessage().getMaxSize().toMegabytes()).isEqualTo(20);
    }
  }

  private static Map<String, Object> settings(Map<String, Object> tiers) {
    Map<String, Object> settings = new HashMap<>(tiers);
    settings.put("spring.grpc.server.port", 0);
    settings.put("laconic.gateway.pool-refresh", "100ms");
    settings.put("laconic.gateway.api-keys[0].tenant", "red");
    settings.put("laconic.gateway.api-keys[0].sha256", Digests.sha256("red key"));
    return settings;
  }

  private static boolean isServing(HealthGrpc.HealthBlockingStub health) {
    return health.check(HealthCheckRequest.getDefaultInstance()).getStatus()
        == ServingStatus.SERVING;
  }

  private static boolean decoderReady(ManagedChannel channel) {
    return GatewayFixture.withHeader(
            PoolServiceGrpc.newBlockingStub(channel), "authorization", "Bearer red key")
        .listPools(ListPoolsRequest.getDefaultInstance())
        .getPools(0)
        .getDecoderReady();
  }

  private static void callsNeedAKeyAndAreValidated(ManagedChannel channel) {
    ContextServiceGrpc.ContextServiceBlockingStub nobody =
        ContextServiceGrpc.newBlockingStub(channel);
    assertFails(
        Code.UNAUTHENTICATED,
        "header authorization: Bearer and an API key",
        () -> nobody.listContexts(ListContextsRequest.getDefaultInstance()));
    assertFails(
        Code.INVALID_ARGUMENT,
        "page_size: 5000",
        () ->
            GatewayFixture.withHeader(nobody, "authorization", "Bearer red key")
                .listContexts(ListContextsRequest.newBuilder().setPageSize(5000).build()));
  }

  private static void goesThroughAllTiers(ManagedChannel channel, FakeCache cache)
      throws Exception {
    assertThat(decoderReady(channel)).isTrue();
    Context context =
        Uploader.upload(
            GatewayFixture.withHeader(
                ContextServiceGrpc.newStub(channel), "authorization", "Bearer red key"),
            ContextOptions.newBuilder().setRatio(4).build(),
            "Some text to remember.");
    assertThat(cache.contexts).containsOnlyKeys("red/" + context.getId());
    List<GenerateResponse> answers =
        ImmutableList.copyOf(
            GatewayFixture.withHeader(
                    GenerationServiceGrpc.newBlockingStub(channel),
                    "authorization",
                    "Bearer red key")
                .generate(
                    GenerateRequest.newBuilder()
                        .addTurns(
                            Turn.newBuilder()
                                .setRole(Role.ROLE_USER)
                                .addParts(
                                    Part.newBuilder()
                                        .setContext(
                                            ContextPart.newBuilder()
                                                .setContextId(context.getId()))))
                        .build()));
    assertThat(answers).hasSize(4);
  }

  @Test
  void aSettingThatDoesNotExistIsRefused() {
    assertThatThrownBy(
            () ->
                GatewayApplication.start(
                    Map.of("spring.grpc.server.port", 0, "laconic.gateway.max-calls", 5)))
        .rootCause()
        .hasMessageContaining("laconic.gateway.max-calls");
  }
}
