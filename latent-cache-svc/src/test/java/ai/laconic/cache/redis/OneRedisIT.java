package ai.laconic.cache.redis;

import ai.laconic.cache.context.ContextsContract;
import ai.laconic.cache.store.BlockStoreContract;
import ai.laconic.cache.store.ContextStoreContract;
import ai.laconic.cache.store.StoreHarness;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;

/** Redis 6.2, the oldest that is served. */
class OneRedisIT {
  private static RedisDeployment redis;

  @BeforeAll
  static void start() throws Exception {
    redis = RunningRedis.embedded();
  }

  @AfterAll
  static void stop() throws Exception {
    if (redis != null) {
      redis.close();
    }
  }

  @Nested
  class Link extends RedisLinkContract {
    @Override
    RedisDeployment deployed() {
      return redis;
    }
  }

  @Nested
  class Blocks extends BlockStoreContract {
    @Override
    protected StoreHarness open() {
      return new RedisHarness(redis);
    }
  }

  @Nested
  class Contexts extends ContextStoreContract {
    @Override
    protected StoreHarness open() {
      return new RedisHarness(redis);
    }
  }

  @Nested
  class LivesOfContexts extends ContextsContract {
    @Override
    protected StoreHarness open() {
      return new RedisHarness(redis);
    }

    @Override
    protected int lives() {
      return 2;
    }
  }
}
