package ai.laconic.decoder.engine.triton;

import ai.laconic.inference.ModelInferRequest;
import ai.laconic.inference.ModelStreamInferResponse;
import io.grpc.Status;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * One RPC at one endpoint. What it hears it tells its generation, which also guards it with its
 * lock.
 */
final class TritonAttempt
    implements ClientResponseObserver<ModelInferRequest, ModelStreamInferResponse> {
  private final TritonGeneration generation;
  private final TritonEndpoint endpoint;
  private final TritonResponses responses;
  private @Nullable ClientCallStreamObserver<ModelInferRequest> call;

  TritonAttempt(TritonGeneration generation, TritonEndpoint endpoint, TritonResponses responses) {
    this.generation = generation;
    this.endpoint = endpoint;
    this.responses = responses;
  }

  TritonEndpoint endpoint() {
    return endpoint;
  }

  TritonResponses responses() {
    return responses;
  }

  void start(ModelInferRequest request, Duration timeLeft) {
    try {
      StreamObserver<ModelInferRequest> sink = endpoint.within(timeLeft).modelStreamInfer(this);
      sink.onNext(request);
      sink.onCompleted();
    } catch (RuntimeException | Error unsent) {
      // If the call ended before, its generation knows and hears nothing new.
      onError(unsent);
    }
  }

  @Override
  public void beforeStart(ClientCallStreamObserver<ModelInferRequest> started) {
    call = started;
  }

  @Override
  public void onNext(ModelStreamInferResponse response) {
    generation.answered(this, response);
  }

  @Override
  public void onError(Throwable thrown) {
    generation.broken(this, thrown);
  }

  @Override
  public void onCompleted() {
    generation.completed(this);
  }

  void abort(String why) {
    if (call != null) {
      call.cancel(why, Status.CANCELLED.asRuntimeException());
    }
  }
}
