package ai.laconic.cache.redis;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** A Redis as an operator runs it: one server or several. */
interface RedisDeployment extends AutoCloseable {
  /** Returns how it is reached. */
  RedisSettings settings();

  /** Returns the servers that take writes. */
  List<RunningRedis> masters();

  /** Empties it. */
  default void flush() {
    masters().forEach(master -> master.inspect(redis -> redis.flushall()));
  }

  /** Takes {@code time} off what each key has left. */
  default void elapse(Duration time) {
    masters().forEach(master -> master.elapse(time));
  }

  /** Returns settings that suit tests: a machine that is busy answers late. */
  static RedisSettings settings(String uri) {
    return new RedisSettings(uri, false, Duration.ofSeconds(10), 2, 0, Optional.empty());
  }

  @Override
  void close() throws Exception;
}
