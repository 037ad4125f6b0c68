package ai.laconic.cache.redis;

import ai.laconic.cache.store.LatentStoreContract;
import ai.laconic.cache.store.StoreHarness;
import java.io.IOException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** Redis 6.2, the oldest that is served. */
class RedisLatentStoreIT extends LatentStoreContract {
  private static RunningRedis redis;

  @BeforeAll
  static void start() throws IOException {
    redis = RunningRedis.embedded();
  }

  @AfterAll
  static void stop() throws IOException {
    redis.close();
  }

  @Override
  protected StoreHarness newHarness() {
    return new RedisHarness(redis);
  }
}
