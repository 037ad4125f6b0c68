package ai.laconic.cache.redis;

/** What Redis does with a partition in one step, in Lua as Redis 6.2 knows it. */
final class ContextScripts {
  /** Stands for a version that nobody has read. */
  static final String ANY = "*";

  /**
   * Applies a transaction to the records KEYS[2] and their order KEYS[3], if the partition ARGV[3]
   * is as the transaction has seen it: its version KEYS[1] is ARGV[1], empty for none. Its version
   * then is ARGV[2], which nobody else has: run twice it is applied once. ARGV[4] is the number of
   * keys to remove, which follow, and then keys and values. KEYS[4] knows all partitions. Returns 0
   * for a partition that has changed.
   *
   * <p>Removals come first: what takes no memory may be done in a Redis that is full, and after the
   * first write Redis finishes the rest.
   */
  static final Script COMMIT =
      Script.number(
          """
          local version = redis.call('GET', KEYS[1]) or ''
          if version == ARGV[2] then return 1 end
          if ARGV[1] ~= '*' and ARGV[1] ~= version then return 0 end
          local last = 4 + tonumber(ARGV[4])
          for i = 5, last do
            redis.call('HDEL', KEYS[2], ARGV[i])
            redis.call('ZREM', KEYS[3], ARGV[i])
          end
          for i = last + 1, #ARGV, 2 do
            redis.call('HSET', KEYS[2], ARGV[i], ARGV[i + 1])
            redis.call('ZADD', KEYS[3], 0, ARGV[i])
          end
          redis.call('SADD', KEYS[4], ARGV[3])
          redis.call('SET', KEYS[1], ARGV[2])
          return 1
          """);

  /** Returns keys and values of KEYS[1], in the order KEYS[2], from ARGV[1] to ARGV[2]. */
  static final Script RANGE = range("ZRANGEBYLEX");

  /** As {@link #RANGE}, from the last down: ARGV[1] is the last, ARGV[2] the first. */
  static final Script RANGE_DOWN = range("ZREVRANGEBYLEX");

  /** Puts texts ARGV[2], ARGV[4]... at ARGV[1], ARGV[3]... of the collection KEYS[1]. */
  static final Script PUT_TEXTS =
      Script.number(
          """
          for i = 1, #ARGV, 2 do redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 1]) end
          return 1
          """);

  /** Removes KEYS[1]. */
  static final Script REMOVE = Script.number("return redis.call('UNLINK', KEYS[1])");

  private ContextScripts() {}

  private static Script range(String command) {
    return Script.list(
        """
        local keys = redis.call('%s', KEYS[2], ARGV[1], ARGV[2], 'LIMIT', 0, ARGV[3])
        local found = {}
        for _, key in ipairs(keys) do
          local value = redis.call('HGET', KEYS[1], key)
          if value then
            found[#found + 1] = key
            found[#found + 1] = value
          end
        end
        return found
        """
            .formatted(command));
  }
}
