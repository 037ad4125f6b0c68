package ai.laconic.decoder.engine.triton;

import ai.laconic.decoder.engine.DecodeTask;
import ai.laconic.decoder.engine.EndReason;
import ai.laconic.decoder.engine.EngineProblems;
import ai.laconic.decoder.engine.EngineRequest;
import ai.laconic.decoder.engine.Generation;
import ai.laconic.decoder.engine.Token;
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
  private final DecodeTask.Generate task;
  private final Instant end;
  private final SilenceLimits silence;
  private final TokenListener listener;
  private final Consumer<TritonGeneration> onEnd;

  /** Of the client's call: its cancellation and its tenant are those of every attempt. */
  private final Context context = Context.current();

  private final ReentrantLock lock = new ReentrantLock();
  private final List<TritonEndpoint> tried = new ArrayList<>();

  /** What another attempt would send; null once there won't be one, for its latents are large. */
  private @Nullable EngineRequest request;

  /** The attempt that counts; what others say is too late. */
  private @Nullable TritonAttempt attempt;

  /** When the attempt's server said something, or was sent the request. */
  private Instant heard = Instant.MIN;

  private int tokens;
  private @Nullable EndReason reason;
  private boolean ended;

  TritonGeneration(
      TritonEndpoints endpoints,
      TritonAttempts attempts,
      EngineRequest request,
      DecodeTask.Generate task,
      Instant end,
      SilenceLimits silence,
      TokenListener listener,
      Consumer<TritonGeneration> onEnd) {
    this.endpoints = endpoints;
    this.attempts = attempts;
    this.request = request;
    this.task = task;
    this.end = end;
    this.silence = silence;
    this.listener = listener;
    this.onEnd = onEnd;
  }

  /**
   * Starts, once all latents are there.
   *
   * @throws StatusRuntimeException if no server takes it, or nothing could be sent
   */
  void start() {
    locked(
        () -> {
          EngineRequest whole = request;
          if (!ended && whole != null && tried.isEmpty() && complete(whole)) {
            begin(whole, endpoints.enter());
          }
        });
  }

  private static boolean complete(EngineRequest request) {
    int length = request.prompt().length();
    return request.latents().readyUntil(0, length) == length;
  }

  private void begin(EngineRequest whole, TritonEndpoint endpoint) {
    TritonAttempts.Prepared prepared;
    try {
      prepared = attempts.prepare(this, whole, task, end, endpoint);
    } catch (RuntimeException | Error e) {
      endpoint.leave();
      throw e;
    }
    tried.add(endpoint);
    heard = attempts.now();
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
          } catch (RuntimeException | Error e) {
            fail(Problems.of(e));
          }
        });
  }

  private void read(TritonAttempt by, ModelStreamInferResponse response) {
    heard = attempts.now();
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
      listener.token(new Token(token, null));
    }
    reason = answer.reason().orElse(reason);
    if (answer.last()) {
      finish();
    }
  }

  private void finish() {
    if (reason == null) {
      throw Problems.dataLoss(
          "triton response", "final without FINISH_REASON (expected: stop or length before it)");
    }
    end();
    listener.finished(reason);
  }

  /** Ends the wait for a server that says nothing for too long. */
  void watch(Instant now) {
    locked(
        () -> {
          TritonAttempt waiting = attempt;
          if (ended || waiting == null) {
            return;
          }
          EndpointHealth server = waiting.endpoint().health();
          String limit = silence.passed(heard, tokens, server, now);
          if (limit != null) {
            StatusRuntimeException problem = TritonFailures.silent(limit, tokens);
            server.broken(TritonFailures.words(problem));
            failAt(waiting, problem);
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
    EngineRequest again = request;
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
    } catch (RuntimeException | Error e) {
      fail(Problems.of(e));
    }
  }

  /** Forgets an attempt and all that it said. */
  private void giveUp(TritonAttempt by) {
    attempt = null;
    reason = null;
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
