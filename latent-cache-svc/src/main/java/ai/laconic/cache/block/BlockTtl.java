package ai.laconic.cache.block;

import ai.laconic.servicekit.error.Problems;
import java.time.Duration;

/**
 * How long blocks may be kept.
 *
 * @param max the longest that anybody may ask for
 */
record BlockTtl(Duration max) {
  /** Clocks of different machines, and the time that an upload takes. */
  private static final Duration GRACE = Duration.ofHours(1);

  /** Returns the time to live that a request asks for; INVALID_ARGUMENT if it can't be had. */
  Duration of(com.google.protobuf.Duration asked) {
    // Before it becomes a Duration: a message may hold more seconds than that.
    long seconds = asked.getSeconds();
    if (seconds > max.plus(GRACE).toSeconds()) {
      throw Problems.invalid("ttl", "PT" + seconds + "S", "at most " + max);
    }
    return Duration.ofSeconds(seconds, asked.getNanos());
  }
}
