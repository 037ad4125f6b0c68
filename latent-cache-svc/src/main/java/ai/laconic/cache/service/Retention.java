package ai.laconic.cache.service;

import ai.laconic.servicekit.error.Problems;
import java.time.Duration;
import java.time.Instant;

/**
 * How long things may be kept: more than nothing, and no longer than the limit. An hour above it is
 * still taken, because clocks differ and callers keep blocks a little longer than contexts.
 *
 * @param max the limit
 */
record Retention(Duration max) {
  private static final Duration GRACE = Duration.ofHours(1);

  /** Returns the time to live that a request asks for; INVALID_ARGUMENT if it can't be had. */
  Duration ttl(com.google.protobuf.Duration asked) {
    // Before it becomes a Duration: a message may hold more seconds than that.
    long seconds = asked.getSeconds();
    int nanos = asked.getNanos();
    if (seconds > max.plus(GRACE).toSeconds()) {
      throw tooLong("ttl", "PT" + seconds + "S");
    }
    if (seconds < 0 || nanos < 0 || (seconds == 0 && nanos == 0)) {
      throw Problems.invalid("ttl", seconds + " s and " + nanos + " ns", "more than 0");
    }
    return Duration.ofSeconds(seconds, nanos);
  }

  /** Checks when something is to be forgotten. */
  void checkExpiry(Instant expires, Instant now) {
    if (!expires.isAfter(now)) {
      throw Problems.invalid("manifest.expires", expires, "a time after now, " + now);
    }
    if (expires.isAfter(now.plus(max).plus(GRACE))) {
      throw tooLong("manifest.expires", expires);
    }
  }

  private RuntimeException tooLong(String field, Object value) {
    return Problems.invalid(field, value, "at most " + max + " from now");
  }
}
