package ai.laconic.cache.redis;

import static ai.laconic.cache.store.Ids.block;
import static ai.laconic.cache.store.Ids.bytes;
import static ai.laconic.cache.store.Ids.id;
import static org.assertj.core.api.Assertions.assertThat;

import ai.laconic.cache.context.ContextsContract;
import ai.laconic.cache.store.BlockStoreContract;
import ai.laconic.cache.store.ContextStoreContract;
import ai.laconic.cache.store.StoreHarness;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** A cluster: keys are spread, and nobody sees it. */
class RedisClusterIT {
  private static final Duration HOUR = Duration.ofHours(1);

  private static RedisDeployment redis;

  @BeforeAll
  static void start() throws Exception {
    redis = new RedisCluster();
  }

  @AfterAll
  static void stop() throws Exception {
    if (redis != null) {
      redis.close();
    }
  }

  @Test
  void slotsThatMoveAreFollowed() throws Exception {
    RedisCluster cluster = (RedisCluster) redis;
    cluster.flush();
    try (RedisBlockStore blocks = new RedisBlockStore(cluster.settings())) {
      assertThat(blocks.findMissing(List.of(id(1)), HOUR)).containsExactly(id(1));

      cluster.moveEmptySlot("{" + id(1).hex() + "}");
      blocks.put(Map.of(id(1), block(1, 100)), HOUR);

      blocks.read(List.of(id(1)), (id, found) -> assertThat(found).isEqualTo(bytes(1, 100)));
      assertThat(blocks.findMissing(List.of(id(1)), HOUR)).isEmpty();
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
