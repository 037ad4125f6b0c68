package ai.laconic.cache.redis;

/** What must happen as a whole, in Lua as Redis 6.2 knows it. Each touches one slot only. */
final class Scripts {
  /** Makes the block KEYS[1] live for at least ARGV[1] ms. Returns 1, or 0 if it is not there. */
  static final String EXTEND =
      """
      local left = redis.call('PTTL', KEYS[1])
      if left == -2 then return 0 end
      if left >= 0 and left < tonumber(ARGV[1]) then redis.call('PEXPIRE', KEYS[1], ARGV[1]) end
      return 1
      """;

  /** Sets the block KEYS[1] to ARGV[1] for ARGV[2] ms or what was left of it, if that is more. */
  static final String PUT_BLOCK =
      """
      local ttl = math.max(redis.call('PTTL', KEYS[1]), tonumber(ARGV[2]))
      redis.call('SET', KEYS[1], ARGV[1], 'PX', string.format('%.0f', ttl))
      return 1
      """;

  /** Removes KEYS[1] if it is ARGV[1]. */
  static final String DROP_IF_EQUAL =
      """
      if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end
      return 0
      """;

  /** Adds the fields and values ARGV[2...] to the hash KEYS[1], which lives for ARGV[1] ms. */
  static final String STAGE =
      """
      for i = 2, #ARGV, 2 do redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 1]) end
      redis.call('PEXPIRE', KEYS[1], ARGV[1])
      return 1
      """;

  /** What {@link #COMMIT} returns when it did its work. */
  static final long COMMITTED = 1;

  /** What {@link #COMMIT} returns for an ID that has another manifest. */
  static final long OTHER_MANIFEST = 0;

  /** What {@link #COMMIT} returns when staged texts are gone. */
  static final long TEXTS_LOST = -1;

  /**
   * Writes manifest ARGV[1] and summary ARGV[2] to KEYS[1] and turns the staged KEYS[3] into the
   * texts KEYS[2], for ARGV[3] ms. ARGV[4] is the number of texts that must have been staged.
   */
  static final String COMMIT =
      """
      local old = redis.call('HGET', KEYS[1], 'manifest')
      if old and old ~= ARGV[1] then return 0 end
      if old then
        redis.call('DEL', KEYS[3])
        return 1
      end
      if tonumber(ARGV[4]) > 0 then
        if redis.call('HLEN', KEYS[3]) ~= tonumber(ARGV[4]) then return -1 end
        redis.call('RENAME', KEYS[3], KEYS[2])
        redis.call('PEXPIRE', KEYS[2], ARGV[3])
      end
      redis.call('HSET', KEYS[1], 'manifest', ARGV[1], 'summary', ARGV[2])
      redis.call('PEXPIRE', KEYS[1], ARGV[3])
      return 1
      """;

  /** Removes a context, KEYS[1], with its texts, KEYS[2]. Returns 1, or 0 if there was none. */
  static final String REMOVE =
      """
      local found = redis.call('EXISTS', KEYS[1])
      redis.call('UNLINK', KEYS[1], KEYS[2])
      return found
      """;

  /**
   * Lists the context ARGV[1], created at ARGV[2] and expiring at ARGV[3], in KEYS[1] and KEYS[2],
   * which live until the last of their contexts expires. It is ARGV[4] now.
   */
  static final String LIST =
      """
      redis.call('ZADD', KEYS[1], ARGV[2], ARGV[1])
      redis.call('ZADD', KEYS[2], ARGV[3], ARGV[1])
      local last = redis.call('ZREVRANGE', KEYS[2], 0, 0, 'WITHSCORES')
      local ttl = string.format('%.0f', tonumber(last[2]) - tonumber(ARGV[4]))
      redis.call('PEXPIRE', KEYS[1], ttl)
      redis.call('PEXPIRE', KEYS[2], ttl)
      return 1
      """;

  /** Takes contexts that expired by ARGV[1] out of KEYS[1] and KEYS[2], at most ARGV[2]. */
  static final String UNLIST_EXPIRED =
      """
      local gone = redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', ARGV[1], 'LIMIT', 0, ARGV[2])
      if #gone > 0 then
        redis.call('ZREM', KEYS[1], unpack(gone))
        redis.call('ZREM', KEYS[2], unpack(gone))
      end
      return #gone
      """;

  private Scripts() {}
}
