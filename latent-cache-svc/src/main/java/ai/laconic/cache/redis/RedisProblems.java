package ai.laconic.cache.redis;

import ai.laconic.servicekit.error.Problems;
import io.lettuce.core.RedisCommandExecutionException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeoutException;

/** What a failed command means to a client. Messages of Lettuce stay inside: some show a URI. */
final class RedisProblems {
  private static final Duration RETRY_AFTER = Duration.ofSeconds(1);
  private static final Duration RETRY_AFTER_FULL = Duration.ofSeconds(30);

  /** Errors of a Redis that can't serve now; a request has no part in them. */
  private static final List<String> AWAY =
      List.of(
          "LOADING",
          "BUSY",
          "READONLY",
          "MASTERDOWN",
          "CLUSTERDOWN",
          "TRYAGAIN",
          "MISCONF",
          "NOREPLICAS",
          "NOAUTH",
          "WRONGPASS",
          "NOPERM");

  private RedisProblems() {}

  /**
   * Returns the problem to throw.
   *
   * @param store name of the store, such as "Redis at cache:6379"
   */
  static RuntimeException of(String store, Duration timeout, Throwable failure) {
    if (failure instanceof TimeoutException) {
      return Problems.unavailable(store, "no answer within " + timeout, RETRY_AFTER);
    }
    if (failure instanceof RedisCommandExecutionException refused) {
      return refused(store, String.valueOf(refused.getMessage()), refused);
    }
    return Problems.unavailable(store, "not connected", RETRY_AFTER);
  }

  private static RuntimeException refused(
      String store, String message, RedisCommandExecutionException cause) {
    if (message.contains("OOM command not allowed")) {
      return Problems.exhausted(
          store, "out of memory", "room below its maxmemory", RETRY_AFTER_FULL);
    }
    // Within a script the code is not the first word.
    for (String code : AWAY) {
      if (message.contains(code + " ")) {
        return Problems.unavailable(store, "answers " + code, RETRY_AFTER);
      }
    }
    return new IllegalStateException(store + " refused a command", cause);
  }
}
