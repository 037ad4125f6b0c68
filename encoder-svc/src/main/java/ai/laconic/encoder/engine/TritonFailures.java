package ai.laconic.encoder.engine;

import ai.laconic.servicekit.error.Problems;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Makes statuses of what goes wrong at Triton's end. A batch has windows of many callers, checked
 * before they were sent: whatever the model has against it is nobody's fault, and so UNAVAILABLE.
 */
final class TritonFailures {
  private static final Duration RETRY_AFTER = Duration.ofSeconds(1);
  private static final Pattern NAMED =
      Pattern.compile("\\b(RESOURCE_EXHAUSTED|DEADLINE_EXCEEDED): ([^\\r\\n]+)");

  private TritonFailures() {}

  /** Returns what callers see of a failed request. */
  static StatusRuntimeException of(StatusRuntimeException thrown) {
    Status status = thrown.getStatus();
    String why = status.getDescription();
    Matcher named = NAMED.matcher(why == null ? "" : why);
    if (named.find()) {
      return switch (Status.Code.valueOf(named.group(1))) {
        case RESOURCE_EXHAUSTED ->
            Problems.exhausted("triton", named.group(2), "room for one more", RETRY_AFTER);
        default -> late(named.group(2));
      };
    }
    return switch (status.getCode()) {
      case DEADLINE_EXCEEDED -> late(why == null ? "no answer in time" : why);
      // These come from this side too, where the guard or the channel said all there is to say.
      case RESOURCE_EXHAUSTED, UNAVAILABLE -> thrown;
      default ->
          Problems.unavailable("triton", why == null ? status.getCode().name() : why, RETRY_AFTER);
    };
  }

  private static StatusRuntimeException late(String why) {
    return Status.DEADLINE_EXCEEDED.withDescription(why).asRuntimeException();
  }
}
