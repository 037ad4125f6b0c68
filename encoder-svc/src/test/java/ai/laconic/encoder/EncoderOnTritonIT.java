package ai.laconic.encoder;

import static ai.laconic.encoder.Patience.await;
import static ai.laconic.encoder.Statuses.assertFails;
import static org.assertj.core.api.Assertions.assertThat;

import ai.laconic.encoder.cache.FakeCache;
import ai.laconic.encoder.engine.FakeTriton;
import ai.laconic.inference.ModelInferResponse;
import ai.laconic.inference.ModelInferResponse.InferOutputTensor;
import ai.laconic.runtime.Golden;
import ai.laconic.runtime.model.ModelDirectory;
import ai.laconic.runtime.session.Device;
import ai.laconic.runtime.session.LatentEncoder;
import ai.laconic.servicekit.LaconicService;
import ai.laconic.servicekit.error.ProblemServerInterceptor;
import ai.laconic.servicekit.tenant.TenantClientInterceptor;
import ai.laconic.servicekit.tenant.TenantId;
import ai.laconic.servicekit.tenant.TenantResolver;
import ai.laconic.servicekit.tenant.TenantServerInterceptor;
import ai.laconic.v1.EncodeSpanRequest;
import ai.laconic.v1.EncodedWindow;
import ai.laconic.v1.EncoderServiceGrpc;
import com.google.protobuf.ByteString;
import com.google.protobuf.Duration;
import io.grpc.Context;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.InsecureServerCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.protobuf.services.HealthStatusManager;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.springframework.context.ConfigurableApplicationContext;

/** The whole service on a port of its own, with an encoder in Triton. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class EncoderOnTritonIT {
  // Above what other peers may answer.
  private static final int LARGE_BYTES = 25 << 20;

  private final FakeCache cache = new FakeCache();
  private LatentEncoder encoder;
  private FakeTriton triton;
  private Server cacheServer;
  private Server tritonServer;
  private ConfigurableApplicationContext application;
  private ManagedChannel channel;

  @BeforeAll
  void start() throws Exception {
    ModelDirectory model = ModelDirectory.open(Golden.checkpoint());
    encoder = LatentEncoder.open(model, Device.CPU, 1);
    triton = FakeTriton.of(model, encoder::encode);
    tritonServer =
        Grpc.newServerBuilderForPort(0, InsecureServerCredentials.create())
            .addService(triton)
            .build()
            .start();
    HealthStatusManager cacheHealth = new HealthStatusManager();
    cacheServer =
        Grpc.newServerBuilderForPort(0, InsecureServerCredentials.create())
            .addService(cache)
            .addService(cacheHealth.getHealthService())
            .intercept(new TenantServerInterceptor(TenantResolver.trustedHeader()))
            .intercept(new ProblemServerInterceptor())
            .build()
            .start();
    application =
        EncoderApplication.start(
            Map.of(
                "spring.grpc.server.port",
                "0",
                "laconic.encoder.model",
                Golden.checkpoint().toString(),
                "laconic.encoder.engine",
                "triton",
                "laconic.encoder.triton.target",
                "dns:///localhost:" + tritonServer.getPort(),
                "laconic.encoder.cache.target",
                "dns:///localhost:" + cacheServer.getPort()));
    channel =
        Grpc.newChannelBuilder(
                "localhost:" + LaconicService.port(application),
                InsecureChannelCredentials.create())
            .intercept(new TenantClientInterceptor())
            .build();
  }

  @AfterAll
  void stop() throws InterruptedException {
    channel.shutdownNow().awaitTermination(10, TimeUnit.SECONDS);
    application.close();
    cacheServer.shutdownNow().awaitTermination(10, TimeUnit.SECONDS);
    tritonServer.shutdownNow().awaitTermination(10, TimeUnit.SECONDS);
    encoder.close();
  }

  @Test
  void encodesASpan() throws Exception {
    List<EncodedWindow> windows = encode("The quick brown fox jumps over the lazy dog. ".repeat(9));

    assertThat(windows).hasSizeGreaterThan(2);
    assertThat(cache.blocks().keySet())
        .containsAll(windows.stream().map(window -> window.getLatent().getLatentId()).toList());
    assertThat(triton.requestCount()).isPositive();
    assertThat(application.getBeansOfType(LatentEncoder.class)).isEmpty();
  }

  @Test
  void isReadyWhileTritonHasItsModel() throws Exception {
    await().until(() -> health() == ServingStatus.SERVING);

    triton.serve("another");
    await().until(() -> health() == ServingStatus.NOT_SERVING);

    triton.serve(ModelDirectory.open(Golden.checkpoint()).fingerprint().hex());
    await().until(() -> health() == ServingStatus.SERVING);
  }

  @Test
  void readsAnswersThatAreLargerThanThoseOfOtherPeers() {
    triton.behave(
        FakeTriton.saying(
            ModelInferResponse.newBuilder()
                .addOutputs(InferOutputTensor.newBuilder().setName("TOO_MUCH"))
                .addRawOutputContents(ByteString.copyFrom(new byte[LARGE_BYTES]))
                .build()));

    assertFails(Status.Code.DATA_LOSS, () -> encode("A text that nobody has sent before."))
        .isEqualTo("triton response: output: TOO_MUCH (expected: LATENTS)");

    triton.behave(triton.proper());
  }

  private List<EncodedWindow> encode(String text) throws Exception {
    return TenantId.DEFAULT
        .in(Context.current())
        .call(
            () -> {
              List<EncodedWindow> answers = new ArrayList<>();
              EncoderServiceGrpc.newBlockingStub(channel)
                  .withDeadlineAfter(30, TimeUnit.SECONDS)
                  .encodeSpan(
                      EncodeSpanRequest.newBuilder()
                          .setText(text)
                          .setTtl(Duration.newBuilder().setSeconds(60))
                          .build())
                  .forEachRemaining(answers::add);
              return answers;
            });
  }

  private ServingStatus health() {
    return HealthGrpc.newBlockingStub(channel)
        .withDeadlineAfter(5, TimeUnit.SECONDS)
        .check(HealthCheckRequest.getDefaultInstance())
        .getStatus();
  }
}
