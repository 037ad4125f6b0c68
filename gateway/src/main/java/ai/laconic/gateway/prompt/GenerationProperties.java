package ai.laconic.gateway.prompt;

import java.time.Duration;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Settings of generations.
 *
 * @param inlineTtl how long the latents of text that is compressed for one prompt are kept: longer
 *     than the prompt may wait for a decoder
 * @param patience how long an answer that has begun waits in all for decoders that broke
 */
public record GenerationProperties(
    @DefaultValue("15m") Duration inlineTtl, @DefaultValue("10s") Duration patience) {
  public GenerationProperties {
    if (inlineTtl.isNegative() || inlineTtl.isZero()) {
      throw new IllegalArgumentException(
          "inline-ttl: " + inlineTtl + " (expected: more than nothing)");
    }
  }
}
