package ai.laconic.cache.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.laconic.cache.store.BlockStoreContract;
import ai.laconic.cache.store.ContextStoreContract;
import ai.laconic.cache.store.StoreHarness;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

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

  @Test
  void resp3IsSpoken() throws Exception {
    try (RedisContextStore store = new RedisContextStore(redis.settings())) {
      assertThat(store.partitions()).isNotNull();

      String clients = redis.masters().get(0).inspect(commands -> commands.clientList());

      assertThat(clients.lines().filter(client -> client.contains("name=laconic-cache")))
          .isNotEmpty()
          .allSatisfy(client -> assertThat(client).contains("resp=3"));
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
