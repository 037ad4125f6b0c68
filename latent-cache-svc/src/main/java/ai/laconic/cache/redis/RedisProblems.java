package ai.laconic.cache.redis;

import ai.laconic.servicekit.error.Problems;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisException;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a failed command means to a client: never more than that Redis can't serve it now. Messages
 * of Lettuce stay inside: some show a URI.
 */
final class RedisProblems {
  private static final Logger log = LoggerFactory.getLogger(RedisProblems.class);

  private static final Duration RETRY_AFTER = Duration.ofSeconds(1);
  private static final Duration RETRY_AFTER_FULL = Duration.ofSeconds(30);

  /** A former master: whoever is connected to it should ask for the new one. */
  private static final String REPLICA = "READONLY";

  private static final String MOVED = "MOVED";

  /** Errors of a Redis that can't serve now; a request has no part in them. */
  private static final List<String> AWAY =
      List.of(
          REPLICA,
          "LOADING",
          "BUSY",
          "MASTERDOWN",
          "CLUSTERDOWN",
          "CROSSSLOT",
          "TRYAGAIN",
          "ASK",
          "MISCONF",
          "NOREPLICAS",
          "NOAUTH",
          "WRONGPASS",
          "UNBLOCKED");

  private static final List<String> ELSEWHERE = List.of(MOVED, "ASK");

  private RedisProblems() {}

  /**
   * Returns the problem to throw.
   *
   * @param store name of the store, such as "Redis at cache:6379"
   */
  static RuntimeException of(String store, Duration timeout, Throwable thrown) {
    Throwable failure = cause(thrown);
    if (failure instanceof TimeoutException) {
      return unavailable(store, "no answer within " + timeout);
    }
    if (failure instanceof TooFewReplicasException) {
      return unavailable(store, String.valueOf(failure.getMessage()));
    }
    if (failure instanceof RedisCommandExecutionException) {
      return refused(store, String.valueOf(failure.getMessage()));
    }
    if (isDisconnected(failure)) {
      log.debug("{}: not connected", store, failure);
      return unavailable(store, "not connected");
    }
    log.warn("{}: unreadable answer: {}", store, failure.toString());
    return unavailable(store, "unreadable answer");
  }

  /** Returns the problem to throw for an answer of another kind than Redis gives. */
  static RuntimeException unreadable(String store, @Nullable Object answer) {
    log.warn(
        "{}: unreadable answer: {}", store, answer == null ? "none" : answer.getClass().getName());
    return unavailable(store, "unreadable answer");
  }

  /** Whether it is a replica that refused to write. */
  static boolean isReplica(Throwable thrown) {
    Throwable failure = cause(thrown);
    return failure instanceof RedisCommandExecutionException
        && answers(String.valueOf(failure.getMessage()), REPLICA);
  }

  /** Whether there was no connection, or it broke. */
  static boolean isDisconnected(Throwable thrown) {
    Throwable failure = cause(thrown);
    return failure instanceof IOException
        || failure instanceof CancellationException
        || (failure instanceof RedisException
            && !(failure instanceof RedisCommandExecutionException));
  }

  /** Whether a key has moved to another node than we knew: nothing was done to it. */
  static boolean isElsewhere(Throwable thrown) {
    Throwable failure = cause(thrown);
    if (failure instanceof UnownedSlotException) {
      return true;
    }
    return failure instanceof RedisCommandExecutionException
        && ELSEWHERE.stream().anyMatch(code -> answers(String.valueOf(failure.getMessage()), code));
  }

  private static RuntimeException refused(String store, String message) {
    if (message.contains("OOM command not allowed")) {
      return Problems.exhausted(
          store, "out of memory", "room below its maxmemory", RETRY_AFTER_FULL);
    }
    if (answers(message, MOVED)) {
      return unavailable(store, "answers MOVED (expected: laconic.cache.redis.cluster=true)");
    }
    for (String code : AWAY) {
      if (answers(message, code)) {
        return unavailable(store, "answers " + code);
      }
    }
    log.error("{} refused a command: {}", store, message);
    return unavailable(store, "refused a command (expected: done; the service's log has it)");
  }

  /** Within a script the code is not the first word. */
  private static boolean answers(String message, String code) {
    return message.startsWith(code + " ") || message.contains("-" + code + " ");
  }

  private static RuntimeException unavailable(String store, String why) {
    return Problems.unavailable(store, why, RETRY_AFTER);
  }

  private static Throwable cause(Throwable thrown) {
    Throwable cause = thrown;
    while ((cause instanceof ExecutionException || cause instanceof CompletionException)
        && cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause;
  }
}
