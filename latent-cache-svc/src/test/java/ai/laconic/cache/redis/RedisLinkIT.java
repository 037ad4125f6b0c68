package ai.laconic.cache.redis;

import org.junit.jupiter.api.Nested;

/** The link, over each kind of Redis. */
class RedisLinkIT {
  @Nested
  class OverOne extends RedisLinkContract {
    @Override
    RedisDeployment deploy() throws Exception {
      return RunningRedis.embedded();
    }
  }

  @Nested
  class OverCluster extends RedisLinkContract {
    @Override
    RedisDeployment deploy() throws Exception {
      return new RedisCluster();
    }
  }

  @Nested
  class OverSentinel extends RedisLinkContract {
    @Override
    RedisDeployment deploy() throws Exception {
      return new WatchedRedis();
    }
  }

  @Nested
  class OverTls extends RedisLinkContract {
    @Override
    RedisDeployment deploy() throws Exception {
      return new GuardedRedis();
    }
  }
}
