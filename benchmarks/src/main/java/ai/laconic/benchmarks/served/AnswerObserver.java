package ai.laconic.benchmarks.served;

import ai.laconic.v1.GenerateResponse;
import ai.laconic.v1.GenerationFinished;
import io.grpc.stub.StreamObserver;
import java.util.concurrent.CompletableFuture;

/** Takes the time of an answer while it arrives. */
final class AnswerObserver implements StreamObserver<GenerateResponse> {
  private final Stopwatch watch = new Stopwatch();
  private final CompletableFuture<Answer> answer = new CompletableFuture<>();
  private double firstToken = -1;
  private GenerationFinished finished = GenerationFinished.getDefaultInstance();

  CompletableFuture<Answer> answer() {
    return answer;
  }

  @Override
  public void onNext(GenerateResponse response) {
    if (response.hasFinished()) {
      finished = response.getFinished();
    }
    // An answer may have no text: then its end is what a client waits for.
    if (firstToken < 0 && !response.hasStarted()) {
      firstToken = watch.seconds();
    }
  }

  @Override
  public void onError(Throwable failure) {
    answer.completeExceptionally(failure);
  }

  @Override
  public void onCompleted() {
    answer.complete(new Answer(firstToken, watch.seconds(), finished.getUsage()));
  }
}
