package ai.laconic.cache.redis;

import io.lettuce.core.RedisException;

/** A write is on the master, and on fewer replicas than make it safe. */
final class TooFewReplicasException extends RedisException {
  TooFewReplicasException(long reached, int expected) {
    super("a write on " + reached + " replicas (expected: " + expected + " or more in time)");
  }
}
