package ai.laconic.gateway.context;

import java.time.Duration;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * How long contexts live.
 *
 * @param defaultTtl if the client doesn't say
 * @param maxTtl longest that a client may ask for
 */
public record ContextProperties(
    @DefaultValue("24h") Duration defaultTtl, @DefaultValue("7d") Duration maxTtl) {
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
}
