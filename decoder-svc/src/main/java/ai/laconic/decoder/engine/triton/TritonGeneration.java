package ai.laconic.decoder.engine.triton;

import ai.laconic.decoder.engine.EndReason;
import ai.laconic.decoder.engine.EngineProblems;
import ai.laconic.decoder.engine.Generation;
import ai.laconic.decoder.engine.GenerationRequest;
import ai.laconic.decoder.engine.TokenListener;
import ai.laconic.inference.ModelStreamInferResponse;
import ai.laconic.servicekit.error.Problems;
import io.grpc.Context;
import io.grpc.StatusRuntimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One generation, on one RPC or, if that dies before the first token, on another one elsewhere.
 * Events of the calls, of its client and of the clock meet under one lock, so that the listener
 * hears them in order and exactly one end.
 */
final class TritonGeneration implements Generation {
  private static final Logger log = LoggerFactory.getLogger(TritonGeneration.class);

  /** A request that kills servers must not go from one to the next. */
  private static final int MOST_ATTEMPTS = 2;

  private final TritonEndpoints endpoints;
  private final TritonAttempts attempts;
  private final TokenListener listener;
  private final WaitWatch pause;

  /** Of the server once it has begun to answer: a model whose process died says nothing more. */
  private final WaitWatch silence;

  private final Consumer<TritonGeneration> onEnd;
  private final Instant end;

  /** Of the client's call: its cancellation and its tenant are those of every attempt. */
  private final Context context = Context.current();

  private final ReentrantLock lock = new ReentrantLock();
  private final List<TritonEndpoint> tried = new ArrayList<>();

  /** What another attempt would send; null once there won't be one, for its latents are large. */
  private @Nullable GenerationRequest request;

  /** The attempt that counts; what others say is too late. */
  private @Nullable TritonAttempt attempt;

  private int tokens;
  private @Nullable EndReason reason;
  private boolean ended;

  /** Whether the next response wasn't asked for because the listener takes nothing. */
  private boolean paused;

  TritonGeneration(
      TritonEndpoints endpoints,
      TritonAttempts attempts,
      GenerationRequest request,
      TokenListener listener,
      WaitWatch pause,
      WaitWatch silence,
      Consumer<TritonGeneration> onEnd) {
    this.endpoints = endpoints;
    this.attempts = attempts;
    this.request = request;
    this.listener = listener;
    this.pause = pause;
    this.silence = silence;
    this.onEnd = onEnd;
    this.end = attempts.end(request.deadline());
  }

  /**
   * Starts at this endpoint, where a place was taken for it.
   *
   * @throws StatusRuntimeException if nothing could be sent; the place is free again then
   */
  void start(GenerationRequest first, TritonEndpoint endpoint) {
    locked(() -> begin(first, endpoint));
  }

  private void begin(GenerationRequest next, TritonEndpoint endpoint) {
    TritonAttempts.Prepared prepared;
    try {
      prepared = attempts.prepare(this, next, end, endpoint);
    } catch (RuntimeException e) {
      endpoint.leave();
      throw e;
    }
    tried.add(endpoint);
    attempt = prepared.attempt();
    context.run(prepared::start);
  }

  void answered(TritonAttempt by, ModelStreamInferResponse response) {
    locked(
        () -> {
          if (ended || by != attempt) {
            by.abort("nothing may follow the end of a generation");
            return;
          }
          try {
            read(by, response);
          } catch (RuntimeException e) {
            fail(Problems.of(e));
          }
        });
  }

  private void read(TritonAttempt by, ModelStreamInferResponse response) {
    silence.end();
    if (!response.getErrorMessage().isEmpty()) {
      String error = response.getErrorMessage();
      by.endpoint().failed(error);
      failAt(by, TritonFailures.ofMessage(error, tokens));
      return;
    }
    TritonAnswer answer = by.responses().read(response.getInferResponse(), tokens);
    if (reason != null && !(answer.tokens().isEmpty() && answer.reason().isEmpty())) {
      throw Problems.dataLoss(
          "triton response", "outputs after FINISH_REASON (expected: the final response)");
    }
    if (!answer.tokens().isEmpty()) {
      by.endpoint().health().produced();
    }
    for (int token : answer.tokens()) {
      tokens++;
      request = null;
      listener.token(token);
    }
    reason = answer.reason().orElse(reason);
    if (answer.last()) {
      finish(by);
    } else {
      askForMore(by);
    }
  }

  private void finish(TritonAttempt by) {
    if (reason == null) {
      throw Problems.dataLoss(
          "triton response", "final without FINISH_REASON (expected: stop or length before it)");
    }
    end();
    listener.finished(reason);
    // Whatever else comes is read, so that the call can end, and aborts it.
    by.request();
  }

  private void askForMore(TritonAttempt by) {
    paused = !listener.ready();
    if (paused) {
      pause.begin(() -> locked(this::pausedTooLong));
    } else {
      pause.end();
      if (tokens > 0) {
        silence.begin(() -> locked(() -> silentTooLong(by)));
      }
      by.request();
    }
  }

  private void silentTooLong(TritonAttempt by) {
    if (!ended && by == attempt) {
      StatusRuntimeException problem = TritonFailures.silent(silence.limit(), tokens);
      by.endpoint().health().broken(TritonFailures.words(problem));
      fail(problem);
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
          if (paused && !ended && attempt != null) {
            askForMore(attempt);
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

  void broken(TritonAttempt by, Throwable thrown) {
    locked(
        () -> {
          if (!ended && by == attempt) {
            StatusRuntimeException problem = TritonFailures.ofStatus(thrown, tokens);
            if (TritonFailures.saysEndpointIsDown(problem)) {
              by.endpoint().health().failed(TritonFailures.words(thrown));
            }
            failAt(by, problem);
          }
        });
  }

  void completed(TritonAttempt by) {
    locked(
        () -> {
          if (!ended && by == attempt) {
            StatusRuntimeException problem = TritonFailures.noFinalResponse(tokens);
            by.endpoint().health().broken(TritonFailures.words(problem));
            failAt(by, problem);
          }
        });
  }

  /** Fails at one endpoint, which isn't the end if there is another one to try. */
  private void failAt(TritonAttempt by, StatusRuntimeException problem) {
    if (ended || by != attempt) {
      return;
    }
    GenerationRequest again = request;
    if (again == null || tried.size() >= MOST_ATTEMPTS || !TritonFailures.worthRetrying(problem)) {
      fail(problem);
      return;
    }
    Optional<TritonEndpoint> other = endpoints.enter(tried);
    if (other.isEmpty()) {
      fail(problem);
      return;
    }
    log.warn(
        "a generation goes from {} to {}: {}",
        by.endpoint(),
        other.get(),
        TritonFailures.words(problem));
    giveUp(by);
    try {
      begin(again, other.get());
    } catch (RuntimeException e) {
      fail(Problems.of(e));
    }
  }

  /** Forgets an attempt and all that it said. */
  private void giveUp(TritonAttempt by) {
    attempt = null;
    reason = null;
    paused = false;
    pause.end();
    silence.end();
    by.endpoint().leave();
    by.abort("the generation goes on elsewhere");
  }

  private void fail(StatusRuntimeException problem) {
    if (!ended) {
      end();
      if (attempt != null) {
        attempt.abort(String.valueOf(problem.getStatus().getDescription()));
      }
      listener.failed(problem);
    }
  }

  private void end() {
    ended = true;
    request = null;
    paused = false;
    pause.end();
    silence.end();
    if (attempt != null) {
      attempt.endpoint().leave();
    }
    onEnd.accept(this);
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
