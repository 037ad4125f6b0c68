package ai.laconic.cache.redis;

import java.time.Duration;

/** Times as Redis takes them: whole milliseconds, rounded up so that nothing lives too short. */
final class Millis {
  private Millis() {}

  /** Returns at least 1: Redis refuses a time to live of 0. */
  static long of(Duration ttl) {
    return Math.max(1, ttl.plusNanos(999_999).toMillis());
  }
}
