package ai.laconic.runtime.prompt;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A prompt as the decoder reads it.
 *
 * @param ids token ids with a placeholder for each latent; shared, not to be written
 * @param latents the placeholders among {@code ids}, in the order of the prompt's parts
 */
@SuppressWarnings("ArrayRecordComponent") // compares contents; read in loops
public record AssembledPrompt(int[] ids, int latents) {
  public AssembledPrompt {
    if (latents < 0 || latents > ids.length) {
      throw new IllegalArgumentException(
          "latents: " + latents + " (expected: 0 to " + ids.length + ", the ids)");
    }
  }

  /** Returns the positions that the prompt takes in the decoder. */
  public int length() {
    return ids.length;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof AssembledPrompt that
        && latents == that.latents
        && Arrays.equals(ids, that.ids);
  }

  @Override
  public int hashCode() {
    return 31 * latents + Arrays.hashCode(ids);
  }

  @Override
  public String toString() {
    return "AssembledPrompt[" + ids.length + " ids, " + latents + " of them latents]";
  }
}
