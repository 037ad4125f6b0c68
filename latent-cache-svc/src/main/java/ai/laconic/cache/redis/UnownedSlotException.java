package ai.laconic.cache.redis;

import io.lettuce.core.RedisException;

/** As far as this process knows, no node of the cluster owns a key. */
final class UnownedSlotException extends RedisException {
  UnownedSlotException() {
    super("no node owns the slot");
  }
}
