package ai.laconic.decoder.engine.triton;

import ai.laconic.decoder.engine.EngineProblems;
import ai.laconic.servicekit.error.Problems;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Makes statuses of what goes wrong at Triton's end. Each says how many tokens came. */
final class TritonFailures {
  private static final Duration RETRY_AFTER = Duration.ofSeconds(1);
  private static final Pattern NAMED =
      Pattern.compile(
          "\\b(RESOURCE_EXHAUSTED|OUT_OF_RANGE|INVALID_ARGUMENT|DEADLINE_EXCEEDED|FAILED_PRECONDITION)"
              + ": ([^\\r\\n]+)");

  /** What a failed request says about the endpoint that it was sent to. */
  enum Verdict {
    /** Nothing: the request was at fault, or came at a bad time. */
    FINE,
    /** Its model can't serve any. */
    BROKEN,
    /** Its model is of another checkpoint. */
    MISMATCHED
  }

  private TritonFailures() {}

  /** Returns what a refusal or failure says about the endpoint. */
  static Verdict verdict(String message) {
    Matcher named = NAMED.matcher(message);
    if (!named.find()) {
      return Verdict.BROKEN;
    }
    return Status.Code.valueOf(named.group(1)) == Status.Code.FAILED_PRECONDITION
        ? Verdict.MISMATCHED
        : Verdict.FINE;
  }

  /** The server or the model refused or failed the request. */
  static StatusRuntimeException ofMessage(String message, int tokens) {
    Matcher named = NAMED.matcher(message);
    if (!named.find()) {
      return Problems.unavailable("engine", "triton: " + after(message, tokens), RETRY_AFTER);
    }
    return switch (Status.Code.valueOf(named.group(1))) {
      case OUT_OF_RANGE -> Problems.outOfRange("triton", named.group(2), "what the engine takes");
      case INVALID_ARGUMENT -> Problems.invalid("triton", named.group(2), "what the engine takes");
      case DEADLINE_EXCEEDED -> EngineProblems.late(tokens);
      // Of the server, not of the request: another server may well have the right model.
      case FAILED_PRECONDITION ->
          Problems.unavailable("engine", "triton: " + after(named.group(), tokens), RETRY_AFTER);
      default -> Problems.exhausted("triton", named.group(2), "room for one more", RETRY_AFTER);
    };
  }

  /** The call ended otherwise than by a final response. */
  static StatusRuntimeException ofStatus(Throwable thrown, int tokens) {
    Status status = Status.fromThrowable(thrown);
    return switch (status.getCode()) {
      case CANCELLED -> EngineProblems.cancelled(tokens);
      case DEADLINE_EXCEEDED -> EngineProblems.late(tokens);
      case RESOURCE_EXHAUSTED -> Problems.of(thrown);
      default -> {
        String why = status.getDescription();
        yield Problems.unavailable(
            "engine", after(why == null ? status.getCode().name() : why, tokens), RETRY_AFTER);
      }
    };
  }

  /** The server ended the stream as if all was said. */
  static StatusRuntimeException noFinalResponse(int tokens) {
    return Problems.unavailable(
        "engine",
        "triton: " + after("the stream ended without a final response", tokens),
        RETRY_AFTER);
  }

  /**
   * Returns whether another endpoint may well do what this one didn't: it, or the way to it, broke
   * or was full. What was refused for its own sake is refused everywhere.
   */
  static boolean worthRetrying(StatusRuntimeException problem) {
    return switch (problem.getStatus().getCode()) {
      case UNAVAILABLE, RESOURCE_EXHAUSTED -> true;
      default -> false;
    };
  }

  /** Returns whether a call that ended so says that the next one would end no better. */
  static boolean saysEndpointIsDown(StatusRuntimeException problem) {
    return problem.getStatus().getCode() == Status.Code.UNAVAILABLE;
  }

  /** Returns code and description of anything that a call ended with. */
  static String words(Throwable thrown) {
    Status status = Status.fromThrowable(thrown);
    return status.getDescription() == null
        ? status.getCode().name()
        : status.getCode() + ": " + status.getDescription();
  }

  private static String after(String what, int tokens) {
    return "after " + tokens + " tokens: " + what;
  }
}
