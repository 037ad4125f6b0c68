package ai.laconic.benchmarks.served;

import ai.laconic.v1.Context;
import ai.laconic.v1.ContextOptions;
import ai.laconic.v1.ContextServiceGrpc;
import ai.laconic.v1.CreateContextRequest;
import ai.laconic.v1.CreateContextResponse;
import ai.laconic.v1.DescribeContextRequest;
import ai.laconic.v1.GenerateRequest;
import ai.laconic.v1.GenerationServiceGrpc;
import ai.laconic.v1.ListPoolsRequest;
import ai.laconic.v1.Pool;
import ai.laconic.v1.PoolServiceGrpc;
import ai.laconic.v1.ScoreRequest;
import ai.laconic.v1.ScoreResponse;
import ai.laconic.v1.Windowing;
import com.google.protobuf.ByteString;
import com.google.protobuf.Duration;
import io.grpc.ManagedChannel;
import io.grpc.stub.StreamObserver;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/** The public calls that a benchmark makes. What fails ends the suite. */
public final class GatewayClient implements AutoCloseable {
  private static final int PIECE_BYTES = 256 << 10;

  /** Longer than any suite takes. */
  private static final Duration TTL = Duration.newBuilder().setSeconds(7200).build();

  private final ManagedChannel channel;

  private GatewayClient(ManagedChannel channel) {
    this.channel = channel;
  }

  /**
   * Opens a connection.
   *
   * @param gateway host and port
   */
  public static GatewayClient open(String gateway) {
    return new GatewayClient(Channels.gateway(gateway));
  }

  /** Returns the pool of a ratio. */
  public Pool pool(int ratio) {
    return PoolServiceGrpc.newBlockingStub(channel)
        .listPools(ListPoolsRequest.getDefaultInstance())
        .getPoolsList()
        .stream()
        .filter(pool -> pool.getRatio() == ratio)
        .findFirst()
        .orElseThrow(
            () -> new IllegalArgumentException("ratio: " + ratio + " (expected: one served)"));
  }

  /** Makes a context as the server cuts it. */
  public Compressed compress(int ratio, String text) {
    return compress(ratio, text, Windowing.WINDOWING_UNSPECIFIED);
  }

  /** Makes a context. */
  public Compressed compress(int ratio, String text, Windowing windowing) {
    Stopwatch watch = new Stopwatch();
    CompletableFuture<Compressed> made = new CompletableFuture<>();
    StreamObserver<CreateContextRequest> upload =
        ContextServiceGrpc.newStub(channel).createContext(new CompressionObserver(watch, made));
    ContextOptions options =
        ContextOptions.newBuilder()
            .setRatio(ratio)
            .setName("benchmark")
            .setWindowing(windowing)
            .setTtl(TTL)
            .build();
    upload.onNext(CreateContextRequest.newBuilder().setOptions(options).build());
    ByteString bytes = ByteString.copyFromUtf8(text);
    for (int start = 0; start < bytes.size(); start += PIECE_BYTES) {
      ByteString piece = bytes.substring(start, Math.min(start + PIECE_BYTES, bytes.size()));
      upload.onNext(CreateContextRequest.newBuilder().setText(piece).build());
    }
    upload.onCompleted();
    return join(made);
  }

  /** Returns a context with its segments. */
  public Context describe(Context context) {
    return ContextServiceGrpc.newBlockingStub(channel)
        .describeContext(DescribeContextRequest.newBuilder().setContextId(context.getId()).build());
  }

  /** Asks once. */
  public Answer ask(GenerateRequest request) {
    return askAll(List.of(request)).get(0);
  }

  /** Asks all at once and returns the answers in order. */
  public List<Answer> askAll(List<GenerateRequest> requests) {
    List<CompletableFuture<Answer>> answers = new ArrayList<>();
    for (GenerateRequest request : requests) {
      AnswerObserver observer = new AnswerObserver();
      GenerationServiceGrpc.newStub(channel).generate(request, observer);
      answers.add(observer.answer());
    }
    return answers.stream().map(GatewayClient::join).toList();
  }

  /** Has an answer scored. */
  public ScoreResponse score(ScoreRequest request) {
    return GenerationServiceGrpc.newBlockingStub(channel).score(request);
  }

  private static <T> T join(CompletableFuture<T> future) {
    try {
      return future.join();
    } catch (CompletionException e) {
      throw e.getCause() instanceof RuntimeException failure ? failure : e;
    }
  }

  @Override
  public void close() {
    channel.shutdownNow();
  }

  private static final class CompressionObserver implements StreamObserver<CreateContextResponse> {
    private final Stopwatch watch;
    private final CompletableFuture<Compressed> made;

    CompressionObserver(Stopwatch watch, CompletableFuture<Compressed> made) {
      this.watch = watch;
      this.made = made;
    }

    @Override
    public void onNext(CreateContextResponse response) {
      if (response.hasContext()) {
        made.complete(new Compressed(response.getContext(), watch.seconds()));
      }
    }

    @Override
    public void onError(Throwable failure) {
      made.completeExceptionally(failure);
    }

    @Override
    public void onCompleted() {
      made.completeExceptionally(
          new IllegalStateException("gateway: stream ended (expected: a context)"));
    }
  }
}
