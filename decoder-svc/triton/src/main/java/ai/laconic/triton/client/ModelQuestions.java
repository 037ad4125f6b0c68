package ai.laconic.triton.client;

import ai.laconic.inference.GRPCInferenceServiceGrpc;
import ai.laconic.inference.GRPCInferenceServiceGrpc.GRPCInferenceServiceStub;
import ai.laconic.inference.ModelConfig;
import ai.laconic.inference.ModelConfigRequest;
import ai.laconic.inference.ModelConfigResponse;
import ai.laconic.inference.ModelReadyRequest;
import ai.laconic.inference.ModelReadyResponse;
import ai.laconic.inference.RepositoryModelLoadRequest;
import ai.laconic.inference.RepositoryModelLoadResponse;
import ai.laconic.inference.RepositoryModelUnloadRequest;
import ai.laconic.inference.RepositoryModelUnloadResponse;
import io.grpc.Channel;
import io.grpc.Context;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;

/**
 * What a server is asked about a model, besides inference. Nothing here blocks, every question has
 * an end, and a caller's cancellation is none of a question.
 */
public final class ModelQuestions {
  private static final Duration ANSWER = Duration.ofSeconds(1);

  /** The server answers once the weights are read. */
  private static final Duration LOADING = Duration.ofMinutes(10);

  private static final Duration UNLOADING = Duration.ofSeconds(5);

  private final GRPCInferenceServiceStub triton;
  private final String model;
  private final String version;

  /**
   * @param channel without a guard: the many answers must not outvote failing requests, nor an open
   *     circuit keep the server from being asked
   * @param model its name
   * @param version empty takes the server's choice
   */
  public ModelQuestions(Channel channel, String model, String version) {
    this.triton = GRPCInferenceServiceGrpc.newStub(channel);
    this.model = model;
    this.version = version;
  }

  /** Asks whether the model can serve. */
  public CompletableFuture<Boolean> modelReady() {
    ModelReadyRequest request =
        ModelReadyRequest.newBuilder().setName(model).setVersion(version).build();
    return this.<ModelReadyResponse>ask(ANSWER, (to, answer) -> to.modelReady(request, answer))
        .thenApply(ModelReadyResponse::getReady);
  }

  /** Asks for the configuration of the model as it is loaded. */
  public CompletableFuture<ModelConfig> modelConfig() {
    ModelConfigRequest request =
        ModelConfigRequest.newBuilder().setName(model).setVersion(version).build();
    return this.<ModelConfigResponse>ask(ANSWER, (to, answer) -> to.modelConfig(request, answer))
        .thenApply(ModelConfigResponse::getConfig);
  }

  /** Has the model loaded; answered once it is. */
  public CompletableFuture<RepositoryModelLoadResponse> load() {
    RepositoryModelLoadRequest request =
        RepositoryModelLoadRequest.newBuilder().setModelName(model).build();
    return ask(LOADING, (to, answer) -> to.repositoryModelLoad(request, answer));
  }

  /** Has the model unloaded. */
  public CompletableFuture<RepositoryModelUnloadResponse> unload() {
    RepositoryModelUnloadRequest request =
        RepositoryModelUnloadRequest.newBuilder().setModelName(model).build();
    return ask(UNLOADING, (to, answer) -> to.repositoryModelUnload(request, answer));
  }

  private <T> CompletableFuture<T> ask(
      Duration longest, BiConsumer<GRPCInferenceServiceStub, StreamObserver<T>> question) {
    CompletableFuture<T> answer = new CompletableFuture<>();
    GRPCInferenceServiceStub inTime =
        triton.withDeadlineAfter(longest.toNanos(), TimeUnit.NANOSECONDS);
    // A request may be why it is asked, and its cancellation is not the server's.
    Context.ROOT.run(
        () -> {
          try {
            question.accept(inTime, new Answer<>(answer));
          } catch (RuntimeException unsent) {
            answer.completeExceptionally(unsent);
          }
        });
    return answer;
  }

  private record Answer<T>(CompletableFuture<T> answer) implements StreamObserver<T> {
    @Override
    public void onNext(T value) {
      answer.complete(value);
    }

    @Override
    public void onError(Throwable thrown) {
      answer.completeExceptionally(thrown);
    }

    @Override
    public void onCompleted() {
      // Does nothing after an answer.
      answer.completeExceptionally(
          Status.UNKNOWN.withDescription("no answer (expected: one)").asRuntimeException());
    }
  }
}
