package ai.laconic.cli.client;

import io.grpc.Status;

/** What the process answers a script. */
public final class ExitCode {
  public static final int OK = 0;

  /** Something failed that is not named below. */
  public static final int FAILED = 1;

  /** The command line, or a file that it names, makes no sense. */
  public static final int USAGE = 2;

  /** The gateway refused a value. */
  public static final int REFUSED = 3;

  /** No such context, or latents that the cache no longer has. */
  public static final int NOT_FOUND = 4;

  /** The gateway or a tier behind it can't serve now; trying again later may help. */
  public static final int UNAVAILABLE = 5;

  /** No valid API key. */
  public static final int UNAUTHENTICATED = 6;

  private ExitCode() {}

  /**
   * @param retryHelps whether the gateway said when to try again
   */
  static int of(Status.Code code, boolean retryHelps) {
    return switch (code) {
      case OK -> OK;
      case INVALID_ARGUMENT, OUT_OF_RANGE, FAILED_PRECONDITION, ALREADY_EXISTS -> REFUSED;
      case NOT_FOUND -> NOT_FOUND;
      case UNAVAILABLE, DEADLINE_EXCEEDED -> UNAVAILABLE;
      // A limit that the same request will reach again is a refusal.
      case RESOURCE_EXHAUSTED -> retryHelps ? UNAVAILABLE : REFUSED;
      case UNAUTHENTICATED, PERMISSION_DENIED -> UNAUTHENTICATED;
      default -> FAILED;
    };
  }
}
