package ai.laconic.triton.client;

import io.grpc.Status;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How a model words that it refuses or ends a request: the name of a gRPC status, a colon and a
 * sentence, with anything of Triton's around them.
 *
 * @param code one of those that the contract names
 * @param sentence the value and what was expected
 */
public record NamedRefusal(Status.Code code, String sentence) {
  private static final Pattern NAMED =
      Pattern.compile(
          "\\b(RESOURCE_EXHAUSTED|OUT_OF_RANGE|INVALID_ARGUMENT|DEADLINE_EXCEEDED"
              + "|FAILED_PRECONDITION): ([^\\r\\n]+)");

  /** Finds it in a message; empty if the model, or Triton, failed otherwise. */
  public static Optional<NamedRefusal> in(String message) {
    Matcher named = NAMED.matcher(message);
    return named.find()
        ? Optional.of(new NamedRefusal(Status.Code.valueOf(named.group(1)), named.group(2)))
        : Optional.empty();
  }
}
