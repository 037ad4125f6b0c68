package ai.laconic.decoder.engine.triton;

import java.time.Duration;
import java.time.Instant;

/**
 * How long an endpoint is left alone whose model is broken: twice as long each time it fails again,
 * up to a limit, and not at all once it has produced a token.
 *
 * @param until when it may have generations again
 * @param length of the hold-off, zero if there was none
 */
record HoldOff(Instant until, Duration length) {
  static final Duration FIRST = Duration.ofSeconds(1);
  static final Duration LONGEST = Duration.ofSeconds(30);
  static final HoldOff NONE = new HoldOff(Instant.MIN, Duration.ZERO);

  boolean holds(Instant now) {
    return now.isBefore(until);
  }

  /**
   * Returns what holds after a failure. Generations that fail together say no more than one of them
   * does: a failure during a hold-off doesn't lengthen it.
   */
  HoldOff failed(Instant now) {
    if (holds(now)) {
      return this;
    }
    Duration doubled = length.isZero() ? FIRST : length.multipliedBy(2);
    Duration next = doubled.compareTo(LONGEST) < 0 ? doubled : LONGEST;
    return new HoldOff(now.plus(next), next);
  }
}
