package ai.laconic.servicekit.upstream;

import ai.laconic.servicekit.error.Problems;
import io.grpc.CallOptions;
import io.grpc.Metadata;
import io.grpc.Status;
import org.jspecify.annotations.Nullable;

/**
 * Tells an upstream's own fault from what its caller did, and from trouble that lies behind it. A
 * caller's deadline, its cancellation and its bad input say nothing of the upstream, neither does
 * being busy, and a flaw that one request meets again and again must not shut out all others.
 */
final class OwnFault {
  /** Whether the deadline of a call is the upstream's limit, rather than its caller's. */
  static final CallOptions.Key<Boolean> LIMITED_HERE =
      CallOptions.Key.createWithDefault("laconic-limited-here", false);

  /** Names the upstream whose failure a service hands on to its caller. */
  static final Metadata.Key<String> FAILED_BEHIND =
      Metadata.Key.of("laconic-failed-behind", Metadata.ASCII_STRING_MARSHALLER);

  private OwnFault() {}

  /**
   * Returns whether a call that ended so says that the upstream itself is in trouble.
   *
   * @param trailers null if there were none
   */
  static boolean in(Status status, @Nullable Metadata trailers, CallOptions options) {
    return switch (status.getCode()) {
      case UNAVAILABLE -> trailers == null || !trailers.containsKey(FAILED_BEHIND);
      // Made by the transport, or by a server that isn't Laconic's and explains nothing.
      case INTERNAL, UNKNOWN, UNIMPLEMENTED -> !Problems.isExplained(trailers);
      case DEADLINE_EXCEEDED -> options.getOption(LIMITED_HERE);
      default -> false;
    };
  }

  /** Returns whether it was the caller that ended the call, as far as {@link #in} is false. */
  static boolean callerEnded(Status status) {
    return status.getCode() == Status.Code.CANCELLED
        || status.getCode() == Status.Code.DEADLINE_EXCEEDED;
  }
}
