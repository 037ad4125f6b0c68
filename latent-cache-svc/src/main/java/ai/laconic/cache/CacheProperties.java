package ai.laconic.cache;

import ai.laconic.servicekit.admission.AdmissionLimits;
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
 * @param admission what runs at once, and what may wait
 */
@ConfigurationProperties(prefix = "laconic.cache", ignoreUnknownFields = false)
record CacheProperties(
    @DefaultValue("memory") Store store,
    @DefaultValue Memory memory,
    @DefaultValue Redis redis,
    @DefaultValue("30d") Duration maxTtl,
    @DefaultValue Admission admission) {
  CacheProperties {
    if (maxTtl.isNegative() || maxTtl.isZero()) {
      throw new IllegalArgumentException(
          "laconic.cache.max-ttl: " + maxTtl + " (expected: more than 0)");
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

  /**
   * What runs at once. More waits, up to its caller's deadline, and tenants take turns. Beyond
   * these bounds RESOURCE_EXHAUSTED.
   *
   * @param maxCalls most calls that run, of all kinds together
   * @param tenantShare most of them that one tenant may hold, above 0 to 1
   * @param maxWaiting most calls that wait
   * @param maxWait longest wait; less than the {@code unary-timeout} of those who call
   */
  record Admission(
      @DefaultValue("64") int maxCalls,
      @DefaultValue("0.5") double tenantShare,
      @DefaultValue("1024") int maxWaiting,
      @DefaultValue("5s") Duration maxWait) {
    Admission {
      if (maxCalls < 1) {
        throw new IllegalArgumentException(
            "laconic.cache.admission.max-calls: " + maxCalls + " (expected: at least 1)");
      }
    }

    AdmissionLimits limits() {
      return new AdmissionLimits(maxCalls, tenantShare, maxWaiting, maxWait);
    }
  }
}
