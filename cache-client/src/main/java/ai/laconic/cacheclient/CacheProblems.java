package ai.laconic.cacheclient;

import ai.laconic.servicekit.error.Problems;
import io.grpc.Context;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** What a failure of the cache means to the client of the tier that asked it. */
public final class CacheProblems {
  /** Name of the peer in messages. */
  public static final String PEER = "latent cache";

  private static final Duration RETRY_AFTER = Duration.ofSeconds(2);

  private CacheProblems() {}

  /**
   * Returns the problem to answer with when blocks were asked for. What the cache says about the
   * data or about being full passes. Everything else is trouble between the tiers, not the
   * client's: INVALID_ARGUMENT or DEADLINE_EXCEEDED from the cache would blame the client's text or
   * the client's deadline.
   */
  public static StatusRuntimeException of(Throwable thrown) {
    StatusRuntimeException problem = Problems.of(thrown);
    return switch (problem.getStatus().getCode()) {
      case UNAVAILABLE, RESOURCE_EXHAUSTED, DATA_LOSS -> problem;
      case FAILED_PRECONDITION -> explained(problem) ? problem : trouble(problem);
      default -> callOver(problem) ? problem : trouble(problem);
    };
  }

  /**
   * As {@link #of}, when a context was asked for by its ID, which is the client's own: what the
   * cache says about that context passes too.
   */
  public static StatusRuntimeException ofContext(Throwable thrown) {
    StatusRuntimeException problem = Problems.of(thrown);
    return switch (problem.getStatus().getCode()) {
      case NOT_FOUND, OUT_OF_RANGE -> explained(problem) ? problem : of(problem);
      default -> of(problem);
    };
  }

  /** As {@link #ofContext}, when the client's own request was handed on as it is. */
  public static StatusRuntimeException ofRequest(Throwable thrown) {
    StatusRuntimeException problem = Problems.of(thrown);
    return problem.getStatus().getCode() == Status.Code.INVALID_ARGUMENT && explained(problem)
        ? problem
        : ofContext(problem);
  }

  private static boolean explained(StatusRuntimeException problem) {
    return Problems.isExplained(problem.getTrailers());
  }

  /** The client has ended its call, or its deadline has: that is how the call ends. */
  private static boolean callOver(StatusRuntimeException problem) {
    Status.Code code = problem.getStatus().getCode();
    return Context.current().isCancelled()
        && (code == Status.Code.CANCELLED || code == Status.Code.DEADLINE_EXCEEDED);
  }

  private static StatusRuntimeException trouble(StatusRuntimeException problem) {
    Status status = problem.getStatus();
    return Problems.unavailable(
        PEER, status.getCode() + described(status.getDescription()), RETRY_AFTER);
  }

  private static String described(@Nullable String description) {
    return description == null ? "" : ": " + description;
  }
}
