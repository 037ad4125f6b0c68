package ai.laconic.gateway.pool;

import ai.laconic.v1.LatentRef;
import ai.laconic.v1.Windowing;

/**
 * One encoded window of a span.
 *
 * @param latent its block
 * @param tokens encoder tokens
 * @param textBytes bytes of UTF-8
 * @param blockBytes bytes of the block
 * @param reused whether the cache had the block already
 * @param windowing how its span was cut
 */
public record SpanWindow(
    LatentRef latent,
    int tokens,
    int textBytes,
    int blockBytes,
    boolean reused,
    Windowing windowing) {
  /** Returns the ID of its block. */
  public String latentId() {
    return latent.getLatentId();
  }
}
