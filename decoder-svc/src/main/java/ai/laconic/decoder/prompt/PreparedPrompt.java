package ai.laconic.decoder.prompt;

import ai.laconic.decoder.engine.DecodeTask;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A prompt that fits, without its latents.
 *
 * @param ids with a placeholder for each latent; shared, not to be written
 * @param blocks whose rows go in the place of the placeholders, in order
 * @param latents the number of placeholders
 * @param task what the engine does behind it; its tokens fit
 */
public record PreparedPrompt(int[] ids, List<BlockRef> blocks, int latents, DecodeTask task) {
  public PreparedPrompt {
    blocks = List.copyOf(blocks);
  }

  /** Returns the decoder positions that the prompt takes. */
  public int positions() {
    return ids.length;
  }

  /** A prompt is long and nobody compares two: this one is itself and no other. */
  @Override
  public boolean equals(@Nullable Object other) {
    return this == other;
  }

  @Override
  public int hashCode() {
    return System.identityHashCode(this);
  }

  @Override
  public String toString() {
    return "PreparedPrompt[" + ids.length + " ids, " + latents + " of them latents]";
  }
}
