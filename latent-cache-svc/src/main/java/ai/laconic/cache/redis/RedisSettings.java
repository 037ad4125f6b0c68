package ai.laconic.cache.redis;

import java.time.Duration;
import java.util.Optional;
import org.springframework.boot.ssl.SslBundle;

/**
 * Where a Redis is, and how it is talked to.
 *
 * @param uri as Lettuce reads it, such as {@code rediss://user:password@host:6379}; several hosts
 *     are nodes of one cluster, {@code redis-sentinel://} names sentinels
 * @param cluster whether the one node that {@code uri} names belongs to a cluster
 * @param commandTimeout longest wait for a connection, and for the answers to one batch
 * @param connections connections for data, of this process to each node
 * @param replicas replicas that must have a write before it is acknowledged
 * @param tls certificates for {@code rediss://}; those of the Java runtime if empty
 */
public record RedisSettings(
    String uri,
    boolean cluster,
    Duration commandTimeout,
    int connections,
    int replicas,
    Optional<SslBundle> tls) {
  public RedisSettings {
    expectAtLeast(1, "command-timeout in milliseconds", commandTimeout.toMillis());
    expectAtLeast(1, "connections", connections);
    expectAtLeast(0, "replicas", replicas);
  }

  private static void expectAtLeast(long least, String setting, long value) {
    if (value < least) {
      throw new IllegalArgumentException(
          "laconic.cache.redis." + setting + ": " + value + " (expected: at least " + least + ")");
    }
  }

  @Override
  public String toString() {
    return "RedisSettings[uri=(not shown), cluster=" + cluster + "]";
  }
}
