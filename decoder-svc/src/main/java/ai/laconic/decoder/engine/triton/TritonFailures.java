package ai.laconic.decoder.engine.triton;

import ai.laconic.decoder.engine.EngineProblems;
import ai.laconic.servicekit.error.Problems;
import ai.laconic.triton.client.NamedRefusal;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.time.Duration;

/** Makes statuses of what goes wrong at Triton's end. Each says how many tokens came. */
final class TritonFailures {
  private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

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
    return NamedRefusal.in(message)
        .map(
            named ->
                named.code() == Status.Code.FAILED_PRECONDITION ? Verdict.MISMATCHED : Verdict.FINE)
        .orElse(Verdict.BROKEN);
  }

  /** The server or the model refused or failed the request. */
  static StatusRuntimeException ofMessage(String message, int tokens) {
    return NamedRefusal.in(message)
        .map(named -> refused(named, tokens))
        .orElseGet(() -> failed(message, tokens));
  }

  private static StatusRuntimeException refused(NamedRefusal named, int tokens) {
    String why = named.sentence();
    return switch (named.code()) {
      case OUT_OF_RANGE -> Problems.outOfRange("triton", why, "what the engine takes");
      case INVALID_ARGUMENT -> Problems.invalid("triton", why, "what the engine takes");
      case DEADLINE_EXCEEDED -> EngineProblems.late(tokens);
      // Of the server, not of the request: another server may well have the right model.
      case FAILED_PRECONDITION -> failed(named.code() + ": " + why, tokens);
      default -> Problems.exhausted("triton", why, "room for one more", RETRY_AFTER);
    };
  }

  private static StatusRuntimeException failed(String why, int tokens) {
    return Problems.unavailable("engine", "triton: " + after(why, tokens), RETRY_AFTER);
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
            "engine",
            after("triton: " + (why == null ? status.getCode().name() : why), tokens),
            RETRY_AFTER);
      }
    };
  }

  /** The server said nothing for too long, and didn't end the stream either. */
  static StatusRuntimeException silent(String limit, int tokens) {
    return failed(limit, tokens);
  }

  /** The server ended the stream as if all was said. */
  static StatusRuntimeException noFinalResponse(int tokens) {
    return failed("the stream ended without a final response", tokens);
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
