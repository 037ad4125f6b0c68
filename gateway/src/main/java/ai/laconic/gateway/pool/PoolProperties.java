package ai.laconic.gateway.pool;

import static java.util.Objects.requireNonNull;

import ai.laconic.servicekit.upstream.UpstreamProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * One pool.
 *
 * @param name unique, for clients and messages
 * @param ratio source tokens per latent of its model
 * @param encoder its encoder replicas
 * @param decoder its decoder replicas
 * @param warmRouting whether prompts about the same context go to the same decoder
 */
public record PoolProperties(
    String name,
    int ratio,
    UpstreamProperties encoder,
    UpstreamProperties decoder,
    @DefaultValue("true") boolean warmRouting) {
  public PoolProperties {
    requireNonNull(name, "name of a pool: missing (expected: a name for the pool)");
    requireNonNull(encoder, "encoder.target of pool " + name + ": missing (expected: a target)");
    requireNonNull(decoder, "decoder.target of pool " + name + ": missing (expected: a target)");
    if (name.isBlank()) {
      throw new IllegalArgumentException("name: blank (expected: a name for the pool)");
    }
    if (ratio < 1 || ratio > 256) {
      throw new IllegalArgumentException(
          "ratio of pool " + name + ": " + ratio + " (expected: 1 to 256)");
    }
  }
}
