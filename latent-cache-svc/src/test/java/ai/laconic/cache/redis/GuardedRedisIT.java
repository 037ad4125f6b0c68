package ai.laconic.cache.redis;

import static ai.laconic.cache.store.Ids.id;
import static org.assertj.core.api.Assertions.assertThat;

import ai.laconic.cache.store.BlockStoreContract;
import ai.laconic.cache.store.ContextStoreContract;
import ai.laconic.cache.store.StoreHarness;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** TLS with a certificate of its own, and an ACL with no more than is needed. */
class GuardedRedisIT {
  private static RedisDeployment redis;

  @BeforeAll
  static void start() throws Exception {
    redis = new GuardedRedis();
  }

  @AfterAll
  static void stop() throws Exception {
    if (redis != null) {
      redis.close();
    }
  }

  @Test
  void aClusterAsksForNoMore() throws Exception {
    try (RedisCluster cluster = new RedisCluster(GuardedRedis.user());
        RedisBlockStore blocks = new RedisBlockStore(cluster.settings(GuardedRedis.CREDENTIALS));
        RedisContextStore contexts =
            new RedisContextStore(cluster.settings(GuardedRedis.CREDENTIALS))) {
      assertThat(blocks.ready()).isTrue();
      assertThat(blocks.findMissing(List.of(id(1), id(2)), Duration.ofHours(1))).hasSize(2);
      assertThat(contexts.partitions()).isEmpty();
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
