package ai.laconic.cli.client;

import ai.laconic.servicekit.error.Problems;
import io.grpc.Status;

/** How a call ended. */
final class CallStatus {
  private CallStatus() {}

  /**
   * Returns the status of a failed call. The transport has more words than UNAVAILABLE for a
   * gateway that is gone, and they come without Laconic's details.
   */
  static Status of(Throwable thrown) {
    Status status = Status.fromThrowable(thrown);
    return switch (status.getCode()) {
      case CANCELLED, INTERNAL, UNKNOWN ->
          Problems.isExplained(Status.trailersFromThrowable(thrown))
              ? status
              : Status.UNAVAILABLE
                  .withDescription(status.getDescription())
                  .withCause(status.getCause());
      default -> status;
    };
  }
}
