package ai.laconic.decoder.engine;

import ai.laconic.servicekit.error.Problems;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.Locale;

/** The statuses that every engine answers with. */
public final class EngineProblems {
  private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

  private EngineProblems() {}

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

  /**
   * The memory that it needed wasn't there: RESOURCE_EXHAUSTED, since what others need is given
   * back.
   */
  public static StatusRuntimeException outOfMemory(OutOfMemoryError cause, int tokens) {
    String words = String.valueOf(cause.getMessage());
    boolean direct = words.toLowerCase(Locale.ROOT).contains("direct buffer");
    return Problems.exhausted(
        direct ? "direct memory of the decoder" : "memory of the decoder",
        "none left after " + tokens + " tokens, " + words,
        direct
            ? "enough for all slots, see -XX:MaxDirectMemorySize"
            : "enough for all slots, see -Xmx or -XX:MaxRAMPercentage",
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
