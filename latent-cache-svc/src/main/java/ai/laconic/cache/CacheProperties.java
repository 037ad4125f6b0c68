package ai.laconic.cache;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * Settings of the latent cache.
 *
 * @param store what keeps everything
 * @param memory the embedded store
 * @param redis the shared store
 * @param maxTtl the longest that anything may be kept; who asks for more is refused
 * @param maxConcurrentCalls calls at once, of all kinds together; one more is refused
 */
@ConfigurationProperties("laconic.cache")
record CacheProperties(
    @DefaultValue("memory") Store store,
    @DefaultValue Memory memory,
    @DefaultValue Redis redis,
    @DefaultValue("30d") Duration maxTtl,
    @DefaultValue("64") int maxConcurrentCalls) {
  CacheProperties {
    if (maxTtl.isNegative() || maxTtl.isZero()) {
      throw new IllegalArgumentException(
          "laconic.cache.max-ttl: " + maxTtl + " (expected: more than 0)");
    }
    if (maxConcurrentCalls < 1) {
      throw new IllegalArgumentException(
          "laconic.cache.max-concurrent-calls: " + maxConcurrentCalls + " (expected: at least 1)");
    }
  }

  /** What keeps everything. */
  enum Store {
    /** The heap of this process: for one replica, gone when it stops. */
    MEMORY,
    /** Redis: shared by replicas. */
    REDIS
  }

  /**
   * @param maxSize bound on blocks, manifests and texts together
   */
  record Memory(@DefaultValue("1GB") DataSize maxSize) {
    Memory {
      if (maxSize.toBytes() < 1) {
        throw new IllegalArgumentException(
            "laconic.cache.memory.max-size: " + maxSize + " (expected: at least 1B)");
      }
    }
  }

  /**
   * @param uri as Lettuce reads it; may hold a password
   * @param commandTimeout longest wait for a connection, and for an answer
   */
  record Redis(
      @DefaultValue("redis://localhost:6379") String uri,
      @DefaultValue("5s") Duration commandTimeout) {
    Redis {
      if (commandTimeout.toMillis() < 1) {
        throw new IllegalArgumentException(
            "laconic.cache.redis.command-timeout: " + commandTimeout + " (expected: 1ms or more)");
      }
    }

    @Override
    public String toString() {
      return "Redis[uri=(not shown), commandTimeout=" + commandTimeout + "]";
    }
  }
}
