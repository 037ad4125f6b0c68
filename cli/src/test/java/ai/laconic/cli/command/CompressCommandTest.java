package ai.laconic.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import ai.laconic.cli.client.ExitCode;
import ai.laconic.servicekit.error.Problems;
import ai.laconic.v1.Context;
import ai.laconic.v1.ContextOptions;
import ai.laconic.v1.ContextServiceGrpc;
import ai.laconic.v1.CreateContextRequest;
import ai.laconic.v1.CreateContextResponse;
import ai.laconic.v1.Expiration;
import ai.laconic.v1.Sharing;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Uploads to a gateway that fails as it is told to, before it takes one. */
class CompressCommandTest {
  private static final String CONTINUES = "the same command continues from there";
  private static final Duration SOON = Duration.ofMillis(1);

  private final Queue<StatusRuntimeException> failures = new ConcurrentLinkedQueue<>();
  private final Queue<ContextOptions> uploads = new ConcurrentLinkedQueue<>();
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @TempDir Path folder;
  private Server gateway;

  @BeforeEach
  void start() throws Exception {
    gateway =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .addService(new FailingContexts())
            .build()
            .start();
  }

  @AfterEach
  void stop() {
    gateway.shutdownNow();
  }

  private final class FailingContexts extends ContextServiceGrpc.ContextServiceImplBase {
    @Override
    public StreamObserver<CreateContextRequest> createContext(
        StreamObserver<CreateContextResponse> responses) {
      return new StreamObserver<>() {
        @Override
        public void onNext(CreateContextRequest request) {
          if (request.hasOptions()) {
            uploads.add(request.getOptions());
          }
        }

        @Override
        public void onError(Throwable thrown) {}

        @Override
        public void onCompleted() {
          StatusRuntimeException failure = failures.poll();
          if (failure != null) {
            responses.onError(failure);
            return;
          }
          Context context = Context.newBuilder().setId("ctx_1").setName("text").build();
          responses.onNext(CreateContextResponse.newBuilder().setContext(context).build());
          responses.onCompleted();
        }
      };
    }
  }

  private int compress(String... more) throws Exception {
    Path file = Files.writeString(folder.resolve("text.txt"), "A text.");
    List<String> all =
        new ArrayList<>(
            List.of(
                "compress",
                file.toString(),
                "--ratio",
                "4",
                "--server",
                "127.0.0.1:" + gateway.getPort()));
    all.addAll(List.of(more));
    return Laconic.commandLine()
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .execute(all.toArray(String[]::new));
  }

  private List<String> requestIds() {
    return uploads.stream().map(ContextOptions::getRequestId).toList();
  }

  @Test
  void namesEachUpload() throws Exception {
    assertThat(compress()).isEqualTo(ExitCode.OK);
    assertThat(compress()).isEqualTo(ExitCode.OK);
    assertThat(compress("--request-id", "mine")).isEqualTo(ExitCode.OK);

    assertThat(requestIds()).hasSize(3).doesNotHaveDuplicates().endsWith("mine");
    assertThat(requestIds().get(0)).matches("[0-9a-f-]{36}");
  }

  @Test
  void saysHowTheContextIsKept() throws Exception {
    assertThat(
            compress(
                "--label",
                "kind=novel",
                "--label",
                "lang=en",
                "--public",
                "--sliding",
                "--ttl",
                "1h"))
        .isEqualTo(ExitCode.OK);
    ContextOptions options = uploads.element();
    assertThat(options.getName()).isEqualTo("text.txt");
    assertThat(options.getLabelsMap()).containsEntry("kind", "novel").containsEntry("lang", "en");
    assertThat(options.getSharing()).isEqualTo(Sharing.SHARING_PUBLIC);
    assertThat(options.getExpiration()).isEqualTo(Expiration.EXPIRATION_SLIDING);
    assertThat(options.getTtl().getSeconds()).isEqualTo(3600);
  }

  @Test
  void sendsAFileOnceMoreWhenTheGatewayAsksForIt() throws Exception {
    failures.add(Problems.unavailable("encoder", "is rolled out", SOON));

    assertThat(compress()).isEqualTo(ExitCode.OK);
    assertThat(requestIds()).hasSize(2).containsOnly(requestIds().get(0));
    assertThat(out.toString()).contains("ctx_1");
    assertThat(err.toString()).contains("encoder: is rolled out; sending it again");
  }

  @Test
  void saysThatTheSameCommandContinues() throws Exception {
    failures.add(Problems.unavailable("encoder", "is down", SOON));
    failures.add(Problems.unavailable("encoder", "is down", SOON));
    assertThat(compress()).isEqualTo(ExitCode.UNAVAILABLE);
    assertThat(uploads).hasSize(2);
    assertThat(err.toString()).contains("error: encoder: is down").contains(CONTINUES);
  }

  @Test
  void takesAStreamThatWasCutOffForAGatewayThatStopped() throws Exception {
    Status cut = Status.CANCELLED.withDescription("RST_STREAM closed stream");
    failures.add(cut.asRuntimeException());
    assertThat(compress()).isEqualTo(ExitCode.OK);
    assertThat(requestIds()).hasSize(2).containsOnly(requestIds().get(0));
    assertThat(err.toString()).contains("gateway: RST_STREAM closed stream; sending it again");

    failures.add(cut.asRuntimeException());
    failures.add(cut.asRuntimeException());
    assertThat(compress()).isEqualTo(ExitCode.UNAVAILABLE);
    assertThat(err.toString()).contains("error: gateway: RST_STREAM").contains(CONTINUES);
  }

  @Test
  void saysSoWhereALimitIsReachedForTheMoment() throws Exception {
    failures.add(Problems.exhausted("encoder queue", 9, "at most 8", SOON));
    assertThat(compress()).isEqualTo(ExitCode.UNAVAILABLE);
    failures.add(
        Status.DEADLINE_EXCEEDED.withDescription("gateway call: ended").asRuntimeException());
    assertThat(compress()).isEqualTo(ExitCode.UNAVAILABLE);

    assertThat(err.toString()).containsSubsequence(CONTINUES, CONTINUES);
    assertThat(uploads).hasSize(2);
  }

  @Test
  void isRefusedWhereTheSameTextWillBeAgain() throws Exception {
    failures.add(Problems.tooLarge("text", "65 MB", "at most 64 MB"));
    assertThat(compress()).isEqualTo(ExitCode.REFUSED);
    failures.add(Status.ALREADY_EXISTS.withDescription("request_id: mine").asRuntimeException());
    assertThat(compress("--request-id", "mine")).isEqualTo(ExitCode.REFUSED);
    failures.add(Problems.tooLarge("quota of tenant default", "9 bytes", "at most 8 bytes in all"));
    assertThat(compress()).isEqualTo(ExitCode.REFUSED);

    assertThat(err.toString())
        .contains("error: text: 65 MB (expected: at most 64 MB)")
        .contains("error: quota of tenant default: 9 bytes (expected: at most 8 bytes in all)")
        .doesNotContain(CONTINUES)
        .doesNotContain("try again");
    assertThat(uploads).hasSize(3);
  }
}
