package ai.laconic.cache.redis;

/** What Redis does with a block in one step, in Lua as Redis 6.2 knows it. */
final class BlockScripts {
  /** Makes the block KEYS[1] live for at least ARGV[1] ms. Returns 1, or 0 if it is not here. */
  static final Script EXTEND =
      Script.number(
          """
          local left = redis.call('PTTL', KEYS[1])
          if left == -2 then return 0 end
          if left < tonumber(ARGV[1]) then redis.call('PEXPIRE', KEYS[1], ARGV[1]) end
          return 1
          """);

  /** What {@link #CLAIM} returns for a block that is here. */
  static final long HERE = 0;

  /** What {@link #CLAIM} returns for a block that is missing and now the caller's to make. */
  static final long CLAIMED = 1;

  /** What {@link #CLAIM} returns for a block that somebody else makes. */
  static final long HELD = 2;

  /**
   * As {@link #EXTEND}, and gives the claim KEYS[2] on a block that is missing to ARGV[2] for
   * ARGV[3] ms.
   */
  static final Script CLAIM =
      Script.number(
          """
          local left = redis.call('PTTL', KEYS[1])
          if left ~= -2 then
            if left < tonumber(ARGV[1]) then redis.call('PEXPIRE', KEYS[1], ARGV[1]) end
            return 0
          end
          local holder = redis.call('GET', KEYS[2])
          if holder and holder ~= ARGV[2] then return 2 end
          redis.call('SET', KEYS[2], ARGV[2], 'PX', ARGV[3])
          return 1
          """);

  /** Gives the claim KEYS[1] up if it is of ARGV[1]. */
  static final Script RELEASE =
      Script.number(
          """
          if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end
          return 0
          """);

  /**
   * Turns KEYS[1], which must have ARGV[1] bytes, into the block KEYS[2], for ARGV[2] ms or what
   * was left of the one before, if that is more. Ends the claim KEYS[3]. Returns 0 if KEYS[1] is
   * not whole.
   */
  static final Script PUBLISH =
      Script.number(
          """
          if redis.call('STRLEN', KEYS[1]) ~= tonumber(ARGV[1]) then
            redis.call('UNLINK', KEYS[1])
            return 0
          end
          local ttl = math.max(redis.call('PTTL', KEYS[2]), tonumber(ARGV[2]))
          redis.call('RENAME', KEYS[1], KEYS[2])
          redis.call('PEXPIRE', KEYS[2], string.format('%.0f', ttl))
          redis.call('DEL', KEYS[3])
          return 1
          """);

  /** Removes KEYS[1] if {@link BlockDigest} over it is ARGV[1], in pieces of ARGV[2] bytes. */
  static final Script REMOVE_IF_EQUAL =
      Script.number(
          """
          local digest, piece = '', tonumber(ARGV[2])
          for from = 0, redis.call('STRLEN', KEYS[1]) - 1, piece do
            local bytes = redis.call('GETRANGE', KEYS[1], from, from + piece - 1)
            digest = redis.sha1hex(digest .. bytes)
          end
          if digest == ARGV[1] then return redis.call('UNLINK', KEYS[1]) end
          return 0
          """);

  /** Removes KEYS[1]. */
  static final Script REMOVE = Script.number("return redis.call('UNLINK', KEYS[1])");

  private BlockScripts() {}
}
