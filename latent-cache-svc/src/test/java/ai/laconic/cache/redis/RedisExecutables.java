package ai.laconic.cache.redis;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import redis.embedded.core.ExecutableProvider;

/** Which redis-server tests run. */
final class RedisExecutables {
  private static @Nullable Path embedded;

  private RedisExecutables() {}

  /** Returns the Redis 6.2 that comes with the tests, the oldest that is served. */
  static synchronized Path embedded() throws IOException {
    if (embedded == null) {
      embedded = ExecutableProvider.newJarResourceProvider().get().toPath();
    }
    return embedded;
  }

  /** Returns the {@code redis-server} of this machine, if it has one: most likely a newer one. */
  static Optional<Path> installed() {
    return Arrays.stream(System.getenv("PATH").split(File.pathSeparator))
        .map(directory -> Path.of(directory, "redis-server"))
        .filter(Files::isExecutable)
        .findFirst();
  }
}
