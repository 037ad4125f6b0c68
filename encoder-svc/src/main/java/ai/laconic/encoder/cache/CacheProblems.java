package ai.laconic.encoder.cache;

import ai.laconic.servicekit.error.Problems;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** What a failure of the cache means to the encoder's client. */
final class CacheProblems {
  /** Name of the peer in messages. */
  static final String PEER = "latent cache";

  private static final Duration RETRY_AFTER = Duration.ofSeconds(2);

  private CacheProblems() {}

  /**
   * Returns the problem to answer with. What the cache says about the data or about being full
   * passes. Everything else is trouble between encoder and cache, not the client's:
   * INVALID_ARGUMENT or DEADLINE_EXCEEDED from the cache would blame the client's text or the
   * client's deadline.
   */
  static StatusRuntimeException of(Throwable thrown) {
    StatusRuntimeException problem = Problems.of(thrown);
    Status status = problem.getStatus();
    return switch (status.getCode()) {
      case UNAVAILABLE, RESOURCE_EXHAUSTED, DATA_LOSS -> problem;
      default ->
          Problems.unavailable(
              PEER, status.getCode() + described(status.getDescription()), RETRY_AFTER);
    };
  }

  private static String described(@Nullable String description) {
    return description == null ? "" : ": " + description;
  }
}
