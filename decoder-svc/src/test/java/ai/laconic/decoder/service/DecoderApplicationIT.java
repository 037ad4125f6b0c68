package ai.laconic.decoder.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import ai.laconic.decoder.DecoderApplication;
import ai.laconic.decoder.cache.FakeCache;
import ai.laconic.decoder.engine.DecoderEngine;
import ai.laconic.runtime.Golden;
import ai.laconic.runtime.model.ModelDirectory;
import ai.laconic.servicekit.tenant.TenantClientInterceptor;
import ai.laconic.v1.DecodeRequest;
import ai.laconic.v1.DecoderServiceGrpc;
import ai.laconic.v1.DescribeDecoderRequest;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.InsecureServerCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.protobuf.services.HealthStatusManager;
import io.grpc.stub.MetadataUtils;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.context.ConfigurableApplicationContext;

/** The process as it starts, over real sockets, with a cache beside it. */
@SuppressWarnings("NullAway.Init")
class DecoderApplicationIT {
  private static final Golden.Prompt FIRST = GoldenPrompts.GOLDEN.prompts().get(0);
  private static final Duration SLOW_START = Duration.ofSeconds(60);

  private static final FakeCache CACHE = new FakeCache();
  private static final HealthStatusManager CACHE_HEALTH = new HealthStatusManager();
  private static Server cacheServer;
  private static ConfigurableApplicationContext application;
  private static ManagedChannel channel;

  @BeforeAll
  static void start() throws Exception {
    cacheServer =
        Grpc.newServerBuilderForPort(0, InsecureServerCredentials.create())
            .addService(CACHE)
            .addService(CACHE_HEALTH.getHealthService())
            .build()
            .start();
    application = DecoderApplication.start(settings(Map.of()));
    channel = connect(application);
  }

  private static ManagedChannel connect(ConfigurableApplicationContext to) {
    String port = Objects.requireNonNull(to.getEnvironment().getProperty("local.grpc.server.port"));
    return Grpc.newChannelBuilder("localhost:" + port, InsecureChannelCredentials.create()).build();
  }

  @AfterAll
  static void stop() {
    channel.shutdownNow();
    application.close();
    cacheServer.shutdownNow();
  }

  private static Map<String, Object> settings(Map<String, Object> more) {
    Map<String, Object> settings =
        new HashMap<>(
            Map.of(
                "spring.grpc.server.port", 0,
                "laconic.decoder.model", Golden.checkpoint().toString(),
                "laconic.decoder.max-positions", 1000,
                "laconic.decoder.threads", 1,
                "laconic.decoder.cache.target", "dns:///localhost:" + cacheServer.getPort()));
    settings.putAll(more);
    return settings;
  }

  private static Channel withTenant(ManagedChannel channel) {
    Metadata headers = new Metadata();
    headers.put(TenantClientInterceptor.HEADER, "default");
    return ClientInterceptors.intercept(
        channel, MetadataUtils.newAttachHeadersInterceptor(headers));
  }

  @AfterEach
  void tellTheTruth() {
    CACHE.lie = UnaryOperator.identity();
  }

  private static DecodeRequest.Builder request() throws Exception {
    return GoldenPrompts.request(ModelDirectory.open(Golden.checkpoint()), CACHE, FIRST);
  }

  private static ServingStatus health(Channel of, String service) {
    return HealthGrpc.newBlockingStub(of)
        .check(HealthCheckRequest.newBuilder().setService(service).build())
        .getStatus();
  }

  @Test
  void answersAsTheReferenceDoesAndChecksItsCallers() throws Exception {
    assertThat(Answer.to(withTenant(channel), request()).text()).isEqualTo(FIRST.text());

    assertThatThrownBy(() -> Answer.to(channel, request()))
        .hasMessageStartingWith("UNAUTHENTICATED");
    assertThatThrownBy(() -> Answer.to(withTenant(channel), GoldenPrompts.text("so").clearTurns()))
        .hasMessageStartingWith("INVALID_ARGUMENT: turns:");
    assertThat(
            DecoderServiceGrpc.newBlockingStub(withTenant(channel))
                .describeDecoder(DescribeDecoderRequest.getDefaultInstance())
                .getMaxPositions())
        .isEqualTo(1000);
  }

  @Test
  void needsNoCacheForRawTextAndSaysWhichModelItServes() throws Exception {
    String fingerprint = ModelDirectory.open(Golden.checkpoint()).fingerprint().hex();
    try (ConfigurableApplicationContext alone =
        DecoderApplication.start(
            settings(Map.of("laconic.decoder.cache.target", "dns:///localhost:1")))) {
      ManagedChannel toAlone = connect(alone);
      await().atMost(SLOW_START).until(() -> health(toAlone, "") == ServingStatus.SERVING);

      assertThat(health(toAlone, fingerprint)).isEqualTo(ServingStatus.SERVING);
      assertThat(Answer.to(withTenant(toAlone), GoldenPrompts.text("raw")).finished().hasUsage())
          .isTrue();
      assertThatThrownBy(() -> Answer.to(withTenant(toAlone), request()))
          .hasMessageStartingWith("UNAVAILABLE: cache: ");
      assertThat(health(toAlone, "")).isEqualTo(ServingStatus.SERVING);
      toAlone.shutdownNow();
    }
  }

  @Test
  void finishesWhatRunsBeforeItStops() throws Exception {
    ConfigurableApplicationContext leaving = DecoderApplication.start(settings(Map.of()));
    ManagedChannel toLeaving = connect(leaving);
    DecoderEngine engine = leaving.getBean(DecoderEngine.class);
    CompletableFuture<Void> released = new CompletableFuture<>();
    // A client that takes nothing would hold nothing up: sockets buffer a whole short answer.
    CACHE.lie =
        blocks -> {
          released.join();
          return blocks;
        };
    int pulls = CACHE.asked.size();
    SlowClient running = SlowClient.start(withTenant(toLeaving), request());
    running.take(2000);
    await().atMost(SLOW_START).until(() -> CACHE.asked.size() > pulls);

    CompletableFuture<Void> stopping = CompletableFuture.runAsync(leaving::close);
    await().atMost(SLOW_START).until(() -> isRefused(withTenant(toLeaving)));
    assertThat(engine.ready()).isTrue();
    released.complete(null);

    await().atMost(SLOW_START).until(() -> running.end() != null);
    assertThat(Objects.requireNonNull(running.end()).isOk()).isTrue();
    await().atMost(SLOW_START).until(stopping::isDone);
    assertThat(engine.ready()).isFalse();
    toLeaving.shutdownNow();
  }

  private static boolean isRefused(Channel channel) {
    try {
      Answer.to(channel, GoldenPrompts.text("one more").setGeneration(GoldenPrompts.atMost(1)));
      return false;
    } catch (StatusRuntimeException refused) {
      return true;
    }
  }

  @Test
  void doesNotStartWithoutAModelItCanServe() {
    assertThatThrownBy(
            () ->
                DecoderApplication.start(
                    settings(Map.of("laconic.decoder.model", "/does/not/exist"))))
        .rootCause()
        .hasMessageContaining("/does/not/exist");
  }

  @Test
  void startsWithTritonThatIsNotThereAndIsNotReady() throws Exception {
    try (ConfigurableApplicationContext other =
        DecoderApplication.start(
            settings(
                Map.of(
                    "laconic.decoder.engine", "triton",
                    "laconic.decoder.triton.targets", "dns:///localhost:1")))) {
      assertThat(other.getBean(DecoderEngine.class).ready()).isFalse();
      assertThat(other.getBean(DecoderEngine.class).info().maxPositions()).isEqualTo(1000);
    }
  }
}
