package ai.laconic.cache.redis;

/** What the service asks of Redis, for an ACL. */
final class RedisRights {
  static final String COMMANDS =
      "-@all +hello +auth +client|setname +client|setinfo +ping +select"
          + " +get +set +exists +strlen +getrange +setrange +rename +del +unlink"
          + " +pttl +pexpire +evalsha +eval +wait"
          + " +hget +hset +hdel +hmget +hstrlen +zadd +zrem +zrangebylex +zrevrangebylex"
          + " +sadd +smembers +cluster|nodes +cluster|info +info";

  private RedisRights() {}
}
