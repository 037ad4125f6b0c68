package ai.laconic.encoder;

import static ai.laconic.encoder.Patience.await;
import static ai.laconic.encoder.Statuses.assertFails;
import static java.time.Duration.ofMillis;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.laconic.encoder.cache.FakeCache;
import ai.laconic.runtime.Golden;
import ai.laconic.runtime.model.ModelDirectory;
import ai.laconic.servicekit.LaconicService;
import ai.laconic.servicekit.admission.Admission;
import ai.laconic.servicekit.error.ProblemServerInterceptor;
import ai.laconic.servicekit.error.Problems;
import ai.laconic.servicekit.tenant.TenantClientInterceptor;
import ai.laconic.servicekit.tenant.TenantId;
import ai.laconic.servicekit.tenant.TenantResolver;
import ai.laconic.servicekit.tenant.TenantServerInterceptor;
import ai.laconic.v1.DescribeEncoderRequest;
import ai.laconic.v1.EncodeSpanRequest;
import ai.laconic.v1.EncodedWindow;
import ai.laconic.v1.EncoderServiceGrpc;
import ai.laconic.v1.EncoderServiceGrpc.EncoderServiceBlockingStub;
import com.google.protobuf.Duration;
import io.grpc.Context;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.InsecureServerCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.protobuf.services.HealthStatusManager;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.context.ConfigurableApplicationContext;

/** The whole service on a port of its own. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class EncoderApplicationIT {
  private static final java.time.Duration PATIENCE = java.time.Duration.ofMinutes(1);

  private final HealthStatusManager cacheHealth = new HealthStatusManager();
  private final FakeCache cache = new FakeCache();
  private Server cacheServer;
  private ConfigurableApplicationContext application;
  private ManagedChannel channel;

  @BeforeAll
  void start() throws Exception {
    cacheServer =
        Grpc.newServerBuilderForPort(0, InsecureServerCredentials.create())
            .addService(cache)
            .addService(cacheHealth.getHealthService())
            .intercept(new TenantServerInterceptor(TenantResolver.trustedHeader()))
            .intercept(new ProblemServerInterceptor())
            .build()
            .start();
    application = EncoderApplication.start(settings(Golden.checkpoint()));
    channel = channel(application);
  }

  private static ManagedChannel channel(ConfigurableApplicationContext application) {
    return Grpc.newChannelBuilder(
            "localhost:" + LaconicService.port(application), InsecureChannelCredentials.create())
        .intercept(new TenantClientInterceptor())
        .disableRetry()
        .build();
  }

  @AfterAll
  void stop() throws InterruptedException {
    channel.shutdownNow().awaitTermination(10, TimeUnit.SECONDS);
    application.close();
    cacheServer.shutdownNow().awaitTermination(10, TimeUnit.SECONDS);
  }

  private Map<String, Object> settings(Path model) {
    Map<String, Object> settings = new HashMap<>();
    settings.put("spring.grpc.server.port", "0");
    settings.put("laconic.encoder.model", model.toString());
    settings.put("laconic.encoder.threads", "1");
    settings.put("laconic.encoder.cache.target", "dns:///localhost:" + cacheServer.getPort());
    return settings;
  }

  @Test
  void encodesASpan() {
    String text = "The quick brown fox jumps over the lazy dog. ".repeat(50);

    List<EncodedWindow> windows = encode(channel, text);

    assertThat(windows).hasSizeGreaterThan(5);
    assertThat(cache.blocks().keySet())
        .containsAll(windows.stream().map(window -> window.getLatent().getLatentId()).toList());
    assertThat(cache.tenants()).containsOnly("acme");
  }

  @Test
  void describesItsModel() throws Exception {
    assertThat(
            TenantId.DEFAULT
                .in(Context.current())
                .call(() -> stub().describeEncoder(DescribeEncoderRequest.getDefaultInstance()))
                .getName())
        .isEqualTo("tiny-4x");
  }

  @Test
  void hasTheInterceptorsOfEveryService() {
    assertFails(Status.Code.UNAUTHENTICATED, () -> stub().encodeSpan(request("x")).next())
        .contains("laconic-tenant");
    assertFails(
            Status.Code.INVALID_ARGUMENT,
            () ->
                TenantId.DEFAULT
                    .in(Context.current())
                    .call(() -> stub().encodeSpan(request("")).next()))
        .startsWith("text: ");
  }

  @Test
  void isReadyForItsModelWhateverTheCacheIs() throws Exception {
    cacheHealth.setStatus("", ServingStatus.NOT_SERVING);
    String fingerprint = ModelDirectory.open(Golden.checkpoint()).fingerprint().hex();

    await().until(() -> health("") == ServingStatus.SERVING);
    await().until(() -> health(fingerprint) == ServingStatus.SERVING);
    assertFails(Status.Code.NOT_FOUND, () -> health("0".repeat(64)));
    cacheHealth.setStatus("", ServingStatus.SERVING);
  }

  @Test
  void finishesWhatRunsAndSendsTheRestElsewhereWhenItStops() throws Exception {
    CountDownLatch encoded = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    cache.beforeBlocks(
        () -> {
          encoded.countDown();
          try {
            goOn.await();
          } catch (InterruptedException e) {
            throw new IllegalStateException(e);
          }
        });
    Map<String, Object> settings = settings(Golden.checkpoint());
    settings.put("laconic.encoder.admission.max-calls", "1");
    ConfigurableApplicationContext stopping = EncoderApplication.start(settings);
    ManagedChannel other = channel(stopping);
    try {
      CompletableFuture<List<EncodedWindow>> running =
          CompletableFuture.supplyAsync(() -> encode(other, "running"));
      encoded.await();
      CompletableFuture<List<EncodedWindow>> waiting =
          CompletableFuture.supplyAsync(() -> encode(other, "waiting"));
      Admission calls = stopping.getBean("encodeSpanAdmission", Admission.class);
      await().until(() -> calls.waiting() == 1);

      CompletableFuture<Void> stopped = CompletableFuture.runAsync(stopping::close);

      assertThat(waiting)
          .failsWithin(PATIENCE)
          .withThrowableThat()
          .havingRootCause()
          .isInstanceOfSatisfying(
              StatusRuntimeException.class,
              problem -> {
                assertThat(problem)
                    .hasMessage("UNAVAILABLE: EncodeSpan calls: this replica is stopping");
                assertThat(Problems.retryAfter(problem))
                    .hasValueSatisfying(
                        delay -> assertThat(delay).isLessThanOrEqualTo(ofMillis(100)));
              });
      goOn.countDown();
      assertThat(running)
          .succeedsWithin(PATIENCE)
          .satisfies(windows -> assertThat(windows).hasSize(1));
      assertThat(stopped).succeedsWithin(PATIENCE);
    } finally {
      goOn.countDown();
      cache.beforeBlocks(() -> {});
      other.shutdownNow().awaitTermination(10, TimeUnit.SECONDS);
      stopping.close();
    }
  }

  @Test
  void refusesADirectoryThatIsNoModel(@TempDir Path directory) {
    assertThatThrownBy(() -> EncoderApplication.start(settings(directory)).close())
        .hasMessageContaining("laconic.encoder.model: " + directory)
        .hasRootCauseMessage("model_config.json: missing (expected: a file)");
  }

  private ServingStatus health(String name) {
    return HealthGrpc.newBlockingStub(channel)
        .withDeadlineAfter(5, TimeUnit.SECONDS)
        .check(HealthCheckRequest.newBuilder().setService(name).build())
        .getStatus();
  }

  private static List<EncodedWindow> encode(ManagedChannel channel, String text) {
    try {
      return new TenantId("acme")
          .in(Context.current())
          .call(
              () -> {
                List<EncodedWindow> windows = new ArrayList<>();
                EncoderServiceGrpc.newBlockingStub(channel)
                    .withDeadlineAfter(60, TimeUnit.SECONDS)
                    .encodeSpan(request(text))
                    .forEachRemaining(windows::add);
                return windows;
              });
    } catch (RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  private EncoderServiceBlockingStub stub() {
    return EncoderServiceGrpc.newBlockingStub(channel).withDeadlineAfter(30, TimeUnit.SECONDS);
  }

  private static EncodeSpanRequest request(String text) {
    return EncodeSpanRequest.newBuilder()
        .setText(text)
        .setTtl(Duration.newBuilder().setSeconds(60))
        .build();
  }
}
