package ai.laconic.decoder.prompt;

import ai.laconic.runtime.latent.LatentId;

/**
 * A latent block that a prompt reads.
 *
 * @param latents the rows that it must have
 */
public record BlockRef(LatentId id, int latents) {
  public BlockRef {
    if (latents < 1) {
      throw new IllegalArgumentException("latents: " + latents + " (expected: 1 or more)");
    }
  }
}
