package ai.laconic.cache.redis;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.laconic.cache.store.LatentStoreContract;
import ai.laconic.cache.store.StoreHarness;
import java.io.File;
import java.io.IOException;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** The Redis that this machine has, most likely a newer one. */
class InstalledRedisLatentStoreIT extends LatentStoreContract {
  private static Optional<RunningRedis> redis = Optional.empty();

  @BeforeAll
  static void start() throws IOException {
    Optional<File> executable = RunningRedis.onPath();
    assumeTrue(executable.isPresent(), "no redis-server on the PATH");
    redis = Optional.of(RunningRedis.of(executable.orElseThrow()));
  }

  @AfterAll
  static void stop() throws IOException {
    if (redis.isPresent()) {
      redis.get().close();
    }
  }

  @Override
  protected StoreHarness newHarness() {
    return new RedisHarness(redis.orElseThrow());
  }
}
