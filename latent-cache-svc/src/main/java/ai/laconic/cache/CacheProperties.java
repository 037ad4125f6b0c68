package ai.laconic.cache;

import ai.laconic.cache.context.Quotas;
import ai.laconic.cache.redis.RedisSettings;
import ai.laconic.cache.seal.MasterKey;
import ai.laconic.servicekit.admission.AdmissionLimits;
import ai.laconic.servicekit.tenant.TenantId;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.util.unit.DataSize;

/**
 * Settings of the latent cache.
 *
 * @param blocks where latent blocks are kept
 * @param contexts where manifests and source texts are kept
 * @param directory of what is kept on disk
 * @param redis where what is kept in Redis is
 * @param quota how much a tenant's contexts may take
 * @param encryption with which keys blocks and texts are encrypted
 * @param maxTtl the longest that anything may be kept; who asks for more is refused
 * @param sweepInterval pause between two looks for what has expired
 * @param admission what runs at once, and what may wait
 */
@ConfigurationProperties(prefix = "laconic.cache", ignoreUnknownFields = false)
record CacheProperties(
    @DefaultValue Blocks blocks,
    @DefaultValue Contexts contexts,
    @DefaultValue("laconic-cache") Path directory,
    @DefaultValue Redis redis,
    @DefaultValue Quota quota,
    @DefaultValue Encryption encryption,
    @DefaultValue("30d") Duration maxTtl,
    @DefaultValue("10s") Duration sweepInterval,
    @DefaultValue Admission admission) {
  /** What the messages of the service can say. */
  private static final DataSize LARGEST_BLOCK = DataSize.ofMegabytes(384);

  CacheProperties {
    positive("max-ttl", maxTtl);
    positive("sweep-interval", sweepInterval);
  }

  /** Returns the Redis of the contexts. */
  Redis contextsRedis() {
    return contexts.redis() == null ? redis : contexts.redis();
  }

  private static void positive(String name, Duration value) {
    if (value.toMillis() < 1) {
      throw new IllegalArgumentException(
          "laconic.cache." + name + ": " + value + " (expected: 1ms or more)");
    }
  }

  private static void positive(String name, DataSize value) {
    if (value.toBytes() < 1) {
      throw new IllegalArgumentException(
          "laconic.cache." + name + ": " + value + " (expected: at least 1B)");
    }
  }

  /** What keeps something. */
  enum Store {
    /** The heap of this process: for one replica, gone when it stops. */
    MEMORY,
    /** A directory of this machine: for one replica, survives its end. */
    DISK,
    /** Redis: shared by replicas. */
    REDIS
  }

  /**
   * @param store what keeps them
   * @param maxSize bound on all together, in memory or on disk; Redis has its own
   * @param maxBlockSize the largest block that is taken
   */
  record Blocks(
      @DefaultValue("memory") Store store,
      @DefaultValue("1GB") DataSize maxSize,
      @DefaultValue("16MB") DataSize maxBlockSize) {
    Blocks {
      positive("blocks.max-size", maxSize);
      positive("blocks.max-block-size", maxBlockSize);
      if (maxBlockSize.compareTo(LARGEST_BLOCK) > 0) {
        throw new IllegalArgumentException(
            "laconic.cache.blocks.max-block-size: "
                + maxBlockSize.toMegabytes()
                + "MB (expected: at most "
                + LARGEST_BLOCK.toMegabytes()
                + "MB)");
      }
    }
  }

  /**
   * @param store what keeps them
   * @param maxSize bound on all together, in memory; the others have their own
   * @param redis another Redis than that of the blocks; the same if it is left out
   */
  record Contexts(
      @DefaultValue("memory") Store store,
      @DefaultValue("256MB") DataSize maxSize,
      @Nullable Redis redis) {
    Contexts {
      positive("contexts.max-size", maxSize);
    }
  }

  /**
   * @param uri as Lettuce reads it; may hold a password; several hosts are nodes of one cluster
   * @param cluster whether the one node that the URI names belongs to a cluster
   * @param commandTimeout longest wait for a connection, and for the answers to one batch
   * @param connections connections for data, of each replica of this service to each node
   * @param replicas replicas that must have a write before it is acknowledged
   * @param sslBundle certificates for {@code rediss://}, by the name of a Spring SSL bundle; those
   *     of the Java runtime if empty
   */
  record Redis(
      @DefaultValue("redis://localhost:6379") String uri,
      @DefaultValue("false") boolean cluster,
      @DefaultValue("5s") Duration commandTimeout,
      @DefaultValue("4") int connections,
      @DefaultValue("0") int replicas,
      @DefaultValue("") String sslBundle) {
    Redis {
      positive("redis.command-timeout", commandTimeout);
      if (connections < 1 || replicas < 0) {
        throw new IllegalArgumentException(
            "laconic.cache.redis.connections, replicas: "
                + connections
                + ", "
                + replicas
                + " (expected: at least 1, at least 0)");
      }
    }

    /**
     * @param bundles finds certificates by name
     */
    RedisSettings settings(SslBundles bundles) {
      return new RedisSettings(
          uri,
          cluster,
          commandTimeout,
          connections,
          replicas,
          sslBundle.isEmpty() ? Optional.empty() : Optional.of(bundles.getBundle(sslBundle)));
    }

    @Override
    public String toString() {
      return "Redis[uri=(not shown), cluster="
          + cluster
          + ", commandTimeout="
          + commandTimeout
          + "]";
    }
  }

  /**
   * @param standard bytes that the contexts of a tenant may take; 0B for no limit
   * @param tenants of these, other numbers
   */
  record Quota(@DefaultValue("0B") DataSize standard, @DefaultValue Map<String, DataSize> tenants) {
    Quotas quotas() {
      return new Quotas(
          standard.toBytes(),
          tenants.entrySet().stream()
              .collect(
                  Collectors.toMap(
                      entry -> new TenantId(entry.getKey()), entry -> entry.getValue().toBytes())));
    }
  }

  /**
   * @param keys the first encrypts, all decrypt; none for no encryption
   */
  record Encryption(@DefaultValue List<Key> keys) {
    List<MasterKey> masterKeys() {
      return keys.stream().map(Key::masterKey).toList();
    }
  }

  /**
   * @param id names it in what it encrypts
   * @param secret 32 bytes in Base64, such as {@code openssl rand -base64 32} prints
   */
  record Key(int id, @Nullable String secret) {
    MasterKey masterKey() {
      byte[] bytes;
      if (secret == null) {
        throw new IllegalArgumentException(
            "laconic.cache.encryption.keys: secret of key "
                + id
                + ": missing (expected: 32 bytes in Base64)");
      }
      try {
        bytes = Base64.getDecoder().decode(secret.strip());
      } catch (IllegalArgumentException e) {
        // Neither value nor cause: both show the secret.
        throw new IllegalArgumentException(
            "laconic.cache.encryption.keys: secret of key "
                + id
                + ": no Base64 (expected: 32 bytes in Base64)");
      }
      return new MasterKey(id, bytes);
    }

    @Override
    public String toString() {
      return "Key[id=" + id + ", secret=(not shown)]";
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
