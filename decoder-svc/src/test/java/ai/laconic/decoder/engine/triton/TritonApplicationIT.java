package ai.laconic.decoder.engine.triton;

import static ai.laconic.decoder.engine.triton.FakeTriton.finish;
import static ai.laconic.decoder.engine.triton.FakeTriton.last;
import static ai.laconic.decoder.engine.triton.FakeTriton.saying;
import static ai.laconic.decoder.engine.triton.FakeTriton.tokens;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ai.laconic.decoder.DecoderApplication;
import ai.laconic.decoder.engine.DecoderEngine;
import ai.laconic.runtime.Golden;
import ai.laconic.runtime.model.ModelDirectory;
import ai.laconic.servicekit.tenant.TenantClientInterceptor;
import ai.laconic.v1.DecodePart;
import ai.laconic.v1.DecodeRequest;
import ai.laconic.v1.DecodeResponse;
import ai.laconic.v1.DecodeTurn;
import ai.laconic.v1.DecoderServiceGrpc;
import ai.laconic.v1.GenerationTask;
import ai.laconic.v1.Role;
import com.google.common.collect.ImmutableList;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.InsecureServerCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.MetadataUtils;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.springframework.context.ConfigurableApplicationContext;

/** The process with two servers over real sockets, one of which never comes up. */
class TritonApplicationIT {
  private static final Duration SLOW_START = Duration.ofSeconds(60);
  private static final Duration SOON = Duration.ofSeconds(10);

  private final FakeTriton triton = new FakeTriton();

  private Server start(int port) throws IOException {
    return Grpc.newServerBuilderForPort(port, InsecureServerCredentials.create())
        .addService(triton)
        .build()
        .start();
  }

  private static void kill(Server server) throws InterruptedException {
    server.shutdownNow();
    assertThat(server.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void decodesBeforeAndAfterItsServerIsKilled() throws Exception {
    ModelDirectory model = ModelDirectory.open(Golden.checkpoint());
    triton.fingerprint = model.fingerprint().hex();
    triton.behaviour =
        (request, stream) -> {
          long prompt = CountedAnswer.shape(request, "INPUT_IDS").get(0);
          return saying(tokens(1, 2), finish("stop", prompt, 2), last()).answer(request, stream);
        };
    Server server = start(0);
    int port = server.getPort();
    String targets = "dns:///localhost:" + port + ",dns:///localhost:1";
    try (ConfigurableApplicationContext application =
        DecoderApplication.start(
            Map.of(
                "spring.grpc.server.port",
                0,
                "laconic.decoder.model",
                Golden.checkpoint().toString(),
                "laconic.decoder.engine",
                "triton",
                "laconic.decoder.max-positions",
                1000,
                "laconic.decoder.slots",
                3,
                "laconic.decoder.triton.targets",
                targets,
                "laconic.decoder.cache.target",
                "dns:///localhost:1"))) {
      DecoderEngine engine = application.getBean(DecoderEngine.class);
      ManagedChannel channel = connect(application);
      await().atMost(SLOW_START).until(engine::ready);
      assertThat(engine.info().slots()).isEqualTo(6);
      assertThat(generated(channel)).isEqualTo(2);

      kill(server);
      await().atMost(SOON).until(() -> !engine.ready());
      assertThat(generated(channel)).isZero();
      server = start(port);

      await().atMost(SOON).until(() -> generated(channel) == 2);
      channel.shutdownNow();
    } finally {
      kill(server);
    }
  }

  private static ManagedChannel connect(ConfigurableApplicationContext to) {
    String port = Objects.requireNonNull(to.getEnvironment().getProperty("local.grpc.server.port"));
    return Grpc.newChannelBuilder("localhost:" + port, InsecureChannelCredentials.create()).build();
  }

  /** Returns how many tokens an answer has; 0 if there is none. */
  private static int generated(ManagedChannel to) {
    Metadata headers = new Metadata();
    headers.put(TenantClientInterceptor.HEADER, "default");
    Channel channel =
        ClientInterceptors.intercept(to, MetadataUtils.newAttachHeadersInterceptor(headers));
    DecodeRequest question =
        DecodeRequest.newBuilder()
            .addTurns(
                DecodeTurn.newBuilder()
                    .setRole(Role.ROLE_USER)
                    .addParts(DecodePart.newBuilder().setText("why?")))
            .setGeneration(GenerationTask.newBuilder().setMaxTokens(5))
            .build();
    try {
      List<DecodeResponse> responses =
          ImmutableList.copyOf(
              DecoderServiceGrpc.newBlockingStub(channel)
                  .withDeadlineAfter(10, TimeUnit.SECONDS)
                  .decode(question));
      return responses.get(responses.size() - 1).getFinished().getUsage().getGeneratedTokens();
    } catch (StatusRuntimeException unavailable) {
      return 0;
    }
  }
}
