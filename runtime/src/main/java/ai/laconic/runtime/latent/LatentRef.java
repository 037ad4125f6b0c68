package ai.laconic.runtime.latent;

import static java.util.Objects.requireNonNull;

/**
 * Refers to the latents of a window, which lie elsewhere.
 *
 * @param latents how many they are, at least 1
 */
public record LatentRef(LatentId id, int latents) {
  public LatentRef {
    requireNonNull(id, "id");
    if (latents < 1) {
      throw new IllegalArgumentException("latents: " + latents + " (expected: 1 or more)");
    }
  }
}
