package ai.laconic.decoder.engine.triton;

import ai.laconic.decoder.engine.DecodeTask;
import ai.laconic.decoder.engine.EngineRequest;
import ai.laconic.inference.ModelInferRequest;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicLong;

/** Makes attempts at generations, each with an id of its own. */
final class TritonAttempts {
  private final TritonRequests requests;
  private final int vocabularySize;
  private final Duration longest;
  private final InstantSource clock;
  private final AtomicLong lastId = new AtomicLong();

  /**
   * @param longest time of one generation, all its attempts together
   */
  TritonAttempts(
      TritonRequests requests, int vocabularySize, Duration longest, InstantSource clock) {
    this.requests = requests;
    this.vocabularySize = vocabularySize;
    this.longest = longest;
    this.clock = clock;
  }

  /** Returns the time now. */
  Instant now() {
    return clock.instant();
  }

  /** Returns when a generation that begins now must be over. */
  Instant end(Instant deadline) {
    Instant latest = clock.instant().plus(longest);
    return deadline.isBefore(latest) ? deadline : latest;
  }

  /** One attempt that hasn't begun. */
  record Prepared(TritonAttempt attempt, ModelInferRequest message, Duration timeLeft) {
    void start() {
      attempt.start(message, timeLeft);
    }
  }

  /**
   * Prepares one.
   *
   * @param request whose latents are all there
   * @throws io.grpc.StatusRuntimeException FAILED_PRECONDITION if the endpoint can't take these
   *     latents
   */
  Prepared prepare(
      TritonGeneration generation,
      EngineRequest request,
      DecodeTask.Generate task,
      Instant end,
      TritonEndpoint endpoint) {
    int[] ids = request.prompt().ids();
    String id = Long.toString(lastId.incrementAndGet());
    Duration timeLeft = Duration.between(clock.instant(), end);
    ModelInferRequest message =
        requests.write(
            id, ids, request.latents().all(), task, timeLeft, endpoint.health().latents());
    TritonResponses responses =
        new TritonResponses(id, ids.length, vocabularySize, task.maxTokens());
    return new Prepared(new TritonAttempt(generation, endpoint, responses), message, timeLeft);
  }
}
