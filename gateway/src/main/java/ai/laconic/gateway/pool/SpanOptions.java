package ai.laconic.gateway.pool;

import ai.laconic.v1.Sharing;
import ai.laconic.v1.Windowing;
import java.time.Duration;

/**
 * How a span is encoded. The same text and options give the same latent IDs, of the same model.
 *
 * @param windowing how it is cut
 * @param sharing who may use its latents again
 * @param ttl how long its blocks must live at least
 */
public record SpanOptions(Windowing windowing, Sharing sharing, Duration ttl) {
  public SpanOptions {
    if (ttl.isNegative() || ttl.isZero()) {
      throw new IllegalArgumentException("ttl: " + ttl + " (expected: more than nothing)");
    }
  }
}
