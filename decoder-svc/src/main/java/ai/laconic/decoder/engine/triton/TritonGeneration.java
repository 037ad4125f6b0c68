package ai.laconic.decoder.engine.triton;

import ai.laconic.decoder.engine.EndReason;
import ai.laconic.decoder.engine.EngineProblems;
import ai.laconic.decoder.engine.Generation;
import ai.laconic.decoder.engine.TokenListener;
import ai.laconic.inference.ModelInferRequest;
import ai.laconic.inference.ModelStreamInferResponse;
import ai.laconic.servicekit.error.Problems;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One generation on one RPC. Responses are asked for one at a time. Events of the call, of its
 * client and of the clock meet under one lock, so that the listener hears them in order and exactly
 * one end.
 */
final class TritonGeneration
    implements Generation, ClientResponseObserver<ModelInferRequest, ModelStreamInferResponse> {
  private final TokenListener listener;
  private final TritonResponses responses;
  private final PauseWatch pause;
  private final Consumer<TritonGeneration> onEnd;
  private final ReentrantLock lock = new ReentrantLock();
  private @Nullable ClientCallStreamObserver<ModelInferRequest> call;
  private int tokens;
  private @Nullable EndReason reason;
  private boolean ended;

  /** Whether the next response wasn't asked for because the listener takes nothing. */
  private boolean paused;

  TritonGeneration(
      TokenListener listener,
      TritonResponses responses,
      PauseWatch pause,
      Consumer<TritonGeneration> onEnd) {
    this.listener = listener;
    this.responses = responses;
    this.pause = pause;
    this.onEnd = onEnd;
  }

  @Override
  public void beforeStart(ClientCallStreamObserver<ModelInferRequest> started) {
    call = started;
    started.disableAutoRequestWithInitial(1);
  }

  @Override
  public void onNext(ModelStreamInferResponse response) {
    locked(
        () -> {
          if (ended) {
            abort("nothing may follow the end of a generation");
            return;
          }
          try {
            read(response);
          } catch (RuntimeException e) {
            fail(Problems.of(e));
          }
        });
  }

  private void read(ModelStreamInferResponse response) {
    if (!response.getErrorMessage().isEmpty()) {
      fail(TritonFailures.ofMessage(response.getErrorMessage(), tokens));
      return;
    }
    TritonAnswer answer = responses.read(response.getInferResponse(), tokens);
    if (reason != null && !(answer.tokens().isEmpty() && answer.reason().isEmpty())) {
      throw Problems.dataLoss(
          "triton response", "outputs after FINISH_REASON (expected: the final response)");
    }
    for (int token : answer.tokens()) {
      tokens++;
      listener.token(token);
    }
    reason = answer.reason().orElse(reason);
    if (answer.last()) {
      finish();
    } else {
      askForMore();
    }
  }

  private void finish() {
    if (reason == null) {
      throw Problems.dataLoss(
          "triton response", "final without FINISH_REASON (expected: stop or length before it)");
    }
    end();
    listener.finished(reason);
    // Whatever else comes is read, so that the call can end, and aborts it.
    request();
  }

  private void askForMore() {
    paused = !listener.ready();
    if (paused) {
      pause.begin(() -> locked(this::pausedTooLong));
    } else {
      pause.end();
      request();
    }
  }

  private void pausedTooLong() {
    if (paused && !ended) {
      fail(EngineProblems.pausedTooLong(pause.limit(), tokens));
    }
  }

  @Override
  public void resume() {
    locked(
        () -> {
          if (paused && !ended) {
            askForMore();
          }
        });
  }

  @Override
  public void cancel() {
    locked(() -> fail(EngineProblems.cancelled(tokens)));
  }

  /** Ends it because the engine closes. */
  void close() {
    locked(() -> fail(EngineProblems.closing(tokens)));
  }

  @Override
  public void onError(Throwable thrown) {
    locked(() -> fail(TritonFailures.ofStatus(thrown, tokens)));
  }

  @Override
  public void onCompleted() {
    locked(() -> fail(TritonFailures.noFinalResponse(tokens)));
  }

  private void fail(StatusRuntimeException problem) {
    if (!ended) {
      end();
      abort(String.valueOf(problem.getStatus().getDescription()));
      listener.failed(problem);
    }
  }

  private void end() {
    ended = true;
    paused = false;
    pause.end();
    onEnd.accept(this);
  }

  private void request() {
    if (call != null) {
      call.request(1);
    }
  }

  private void abort(String why) {
    if (call != null) {
      call.cancel(why, Status.CANCELLED.asRuntimeException());
    }
  }

  private void locked(Runnable event) {
    lock.lock();
    try {
      event.run();
    } finally {
      lock.unlock();
    }
  }
}
