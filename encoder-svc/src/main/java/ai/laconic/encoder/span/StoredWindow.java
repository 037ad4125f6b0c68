package ai.laconic.encoder.span;

import ai.laconic.runtime.latent.LatentId;

/**
 * One window whose block is in the cache.
 *
 * @param id of its block
 * @param latents rows of the block
 * @param tokens of the window
 * @param text of the window
 * @param reused whether nothing was encoded for it: the cache had the block, or the same window
 *     stands in the span before
 */
public record StoredWindow(LatentId id, int latents, int tokens, String text, boolean reused) {
  /** Leaves the text out. */
  @Override
  public String toString() {
    return "StoredWindow[" + id + ", " + tokens + " tokens" + (reused ? ", reused]" : "]");
  }
}
