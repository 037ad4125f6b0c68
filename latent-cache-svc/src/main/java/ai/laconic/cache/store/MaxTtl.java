package ai.laconic.cache.store;

import ai.laconic.servicekit.error.Problems;
import java.time.Duration;
import java.time.Instant;

/**
 * The longest that anything may be kept.
 *
 * @param max from now on
 */
public record MaxTtl(Duration max) {
  /** Clocks of different machines, and the time that an upload takes. */
  private static final Duration GRACE = Duration.ofHours(1);

  /** Returns a time to live that somebody asks for; INVALID_ARGUMENT if it can't be had. */
  public Duration checked(String field, com.google.protobuf.Duration asked) {
    // Before it becomes a Duration: a message may hold more seconds than that.
    long seconds = asked.getSeconds();
    if (seconds > max.plus(GRACE).toSeconds()) {
      throw Problems.invalid(field, "PT" + seconds + "S", "at most " + max);
    }
    if (seconds < 0 || asked.getNanos() < 0 || (seconds == 0 && asked.getNanos() == 0)) {
      throw Problems.invalid(
          field, seconds + " s and " + asked.getNanos() + " ns", "more than nothing");
    }
    return Duration.ofSeconds(seconds, asked.getNanos());
  }

  /** Refuses to keep something until then. */
  public void check(String field, Instant expires, Instant now) {
    if (!expires.isAfter(now)) {
      throw Problems.invalid(field, expires, "a time after now, " + now);
    }
    if (expires.isAfter(now.plus(max).plus(GRACE))) {
      throw Problems.invalid(field, expires, "at most " + max + " from now");
    }
  }
}
