package ai.laconic.cache.redis;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.laconic.cache.store.BlockStoreContract;
import ai.laconic.cache.store.ContextStoreContract;
import ai.laconic.cache.store.StoreHarness;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;

/** The Redis that this machine has, most likely a newer one. */
class InstalledRedisIT {
  private static RedisDeployment redis;

  @BeforeAll
  static void start() throws Exception {
    Optional<Path> executable = RedisExecutables.installed();
    assumeTrue(executable.isPresent(), "no redis-server on the PATH");
    redis = RunningRedis.of(executable.orElseThrow());
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
}
