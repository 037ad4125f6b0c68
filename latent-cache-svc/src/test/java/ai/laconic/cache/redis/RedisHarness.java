package ai.laconic.cache.redis;

import ai.laconic.cache.SettableClock;
import ai.laconic.cache.store.LatentStore;
import ai.laconic.cache.store.StoreHarness;
import java.time.Duration;
import java.time.Instant;

/** A store in an emptied Redis, whose keys age as the clock is moved. */
final class RedisHarness implements StoreHarness {
  private final SettableClock clock = new SettableClock();
  private final RunningRedis redis;
  private final RedisLatentStore store;

  RedisHarness(RunningRedis redis) {
    this.redis = redis;
    redis.inspect(commands -> commands.flushall());
    this.store = new RedisLatentStore(redis.uri(), Duration.ofSeconds(10), clock);
  }

  @Override
  public LatentStore store() {
    return store;
  }

  @Override
  public Instant now() {
    return clock.instant();
  }

  @Override
  public void elapse(Duration time) {
    clock.advance(time);
    redis.elapse(time);
  }

  @Override
  public void close() {
    store.close();
  }
}
