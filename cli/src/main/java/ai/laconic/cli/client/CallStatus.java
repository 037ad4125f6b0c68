package ai.laconic.cli.client;

import ai.laconic.servicekit.error.Problems;
import io.grpc.Status;

/** How a call ended. */
final class CallStatus {
  private CallStatus() {}

  /** Returns the status of a failed call: UNAVAILABLE for any word for a gateway that is gone. */
  static Status of(Throwable thrown) {
    Status status = Status.fromThrowable(thrown);
    return Problems.isDown(status, Status.trailersFromThrowable(thrown))
        ? Status.UNAVAILABLE.withDescription(status.getDescription()).withCause(status.getCause())
        : status;
  }
}
