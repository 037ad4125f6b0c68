package ai.laconic.decoder.engine;

import ai.laconic.servicekit.error.Problems;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.time.Duration;

/** The statuses that every engine answers with. */
public final class EngineProblems {
  private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

  private EngineProblems() {}

  /** One more than may wait: RESOURCE_EXHAUSTED. */
  public static StatusRuntimeException queueFull(int waiting, int limit) {
    return Problems.exhausted("generations waiting", waiting + 1, "at most " + limit, RETRY_AFTER);
  }

  /** Ended because its client asked: CANCELLED. */
  public static StatusRuntimeException cancelled(int tokens) {
    return Status.CANCELLED
        .withDescription("generation: cancelled after " + tokens + " tokens")
        .asRuntimeException();
  }

  /** Ended because its time was over: DEADLINE_EXCEEDED. */
  public static StatusRuntimeException late(int tokens) {
    return Status.DEADLINE_EXCEEDED
        .withDescription(
            "generation: deadline passed after " + tokens + " tokens (expected: all in time)")
        .asRuntimeException();
  }

  /** Ended because its client took nothing for too long: RESOURCE_EXHAUSTED. */
  public static StatusRuntimeException pausedTooLong(Duration limit, int tokens) {
    return Problems.exhausted(
        "generation paused",
        "longer than " + limit.toMillis() + " ms after " + tokens + " tokens",
        "a client that reads on sooner",
        RETRY_AFTER);
  }

  /** Asked for scores that it can't make: UNIMPLEMENTED. */
  public static StatusRuntimeException noScores(String engine) {
    return Problems.unimplemented(
        "scoring", "not made by engine " + engine, "a pool whose decoder runs engine onnx");
  }

  /** The engine is on its way out: UNAVAILABLE. */
  public static StatusRuntimeException closing(int tokens) {
    return Problems.unavailable("engine", "shutting down after " + tokens + " tokens", RETRY_AFTER);
  }
}
