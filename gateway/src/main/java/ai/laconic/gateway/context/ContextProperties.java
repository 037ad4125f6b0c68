package ai.laconic.gateway.context;

import ai.laconic.servicekit.error.Problems;
import ai.laconic.v1.Expiration;
import java.math.BigDecimal;
import java.time.Duration;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * How long contexts live.
 *
 * @param defaultTtl if the client doesn't say
 * @param maxTtl longest that a client may ask for
 * @param defaultExpiration whether reading a context moves its end, if the client doesn't say
 */
public record ContextProperties(
    @DefaultValue("24h") Duration defaultTtl,
    @DefaultValue("7d") Duration maxTtl,
    @DefaultValue("fixed") DefaultExpiration defaultExpiration) {
  /** A context must outlive the call that makes it, if not by much. */
  private static final Duration SHORTEST = Duration.ofSeconds(1);

  /** What a context's time is counted from. */
  public enum DefaultExpiration {
    /** From when it was made. */
    FIXED(Expiration.EXPIRATION_FIXED),
    /** From when it was last read. */
    SLIDING(Expiration.EXPIRATION_SLIDING);

    private final Expiration proto;

    DefaultExpiration(Expiration proto) {
      this.proto = proto;
    }
  }

  public ContextProperties {
    if (defaultTtl.isNegative() || defaultTtl.isZero()) {
      throw new IllegalArgumentException(
          "default-ttl: " + defaultTtl + " (expected: more than nothing)");
    }
    if (maxTtl.compareTo(defaultTtl) < 0) {
      throw new IllegalArgumentException(
          "max-ttl: " + maxTtl + " (expected: at least default-ttl, " + defaultTtl + ")");
    }
  }

  /** Returns what a client asks for, or the default. */
  Expiration expiration(Expiration asked) {
    return asked == Expiration.EXPIRATION_UNSPECIFIED ? defaultExpiration.proto : asked;
  }

  /**
   * Returns how long a client asks for; INVALID_ARGUMENT if it is too short or too long.
   *
   * @param field of the request, for messages
   */
  Duration ttl(String field, com.google.protobuf.Duration asked) {
    Duration ttl = Duration.ofSeconds(asked.getSeconds(), asked.getNanos());
    if (ttl.compareTo(SHORTEST) < 0) {
      throw Problems.invalid(field, inSeconds(asked), "at least 1s");
    }
    if (ttl.compareTo(maxTtl) > 0) {
      throw Problems.invalid(field, ttl.toSeconds() + "s", "at most " + maxTtl.toSeconds() + "s");
    }
    return ttl;
  }

  private static String inSeconds(com.google.protobuf.Duration ttl) {
    return BigDecimal.valueOf(ttl.getSeconds())
            .add(BigDecimal.valueOf(ttl.getNanos(), 9))
            .stripTrailingZeros()
            .toPlainString()
        + "s";
  }
}
