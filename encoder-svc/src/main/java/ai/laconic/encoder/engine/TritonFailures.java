package ai.laconic.encoder.engine;

import ai.laconic.servicekit.error.Problems;
import ai.laconic.triton.client.NamedRefusal;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.Optional;

/**
 * Makes statuses of what goes wrong at Triton's end. A batch has windows of many callers, checked
 * before they were sent: whatever the model has against it is nobody's fault, and so UNAVAILABLE.
 */
final class TritonFailures {
  private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

  private TritonFailures() {}

  /** Returns what callers see of a failed request. */
  static StatusRuntimeException of(StatusRuntimeException thrown) {
    String why = thrown.getStatus().getDescription();
    return NamedRefusal.in(why == null ? "" : why)
        .flatMap(TritonFailures::named)
        .orElseGet(() -> unnamed(thrown));
  }

  private static Optional<StatusRuntimeException> named(NamedRefusal refusal) {
    return switch (refusal.code()) {
      case RESOURCE_EXHAUSTED ->
          Optional.of(
              Problems.exhausted("triton", refusal.sentence(), "room for one more", RETRY_AFTER));
      case DEADLINE_EXCEEDED -> Optional.of(unavailable(refusal.sentence()));
      default -> Optional.empty();
    };
  }

  private static StatusRuntimeException unnamed(StatusRuntimeException thrown) {
    Status status = thrown.getStatus();
    String why = status.getDescription();
    return switch (status.getCode()) {
      // Of the batch, not of a caller: another try may find the engine well.
      case DEADLINE_EXCEEDED -> unavailable("no answer in time");
      // These come from this side too, where the circuit breaker or the channel said all there is
      // to say.
      case RESOURCE_EXHAUSTED, UNAVAILABLE -> thrown;
      default -> unavailable(why == null ? status.getCode().name() : why);
    };
  }

  private static StatusRuntimeException unavailable(String why) {
    return Problems.unavailable("triton", why, RETRY_AFTER);
  }
}
