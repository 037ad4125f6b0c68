package ai.laconic.decoder.engine;

import org.jspecify.annotations.Nullable;

/**
 * A prompt as an engine reads it.
 *
 * @param ids token ids with a placeholder for each latent; shared, not to be written
 * @param latents a row for each placeholder, in order, row after row; shared, not to be written
 */
public record DecodePrompt(int[] ids, float[] latents) {
  public DecodePrompt {
    if (ids.length == 0) {
      throw new IllegalArgumentException("ids: 0 (expected: 1 or more)");
    }
  }

  /** Returns the positions that the prompt takes. */
  public int length() {
    return ids.length;
  }

  /** Returns how often {@code id} stands from {@code start} to before {@code end}. */
  public int count(int id, int start, int end) {
    int count = 0;
    for (int i = start; i < end; i++) {
      if (ids[i] == id) {
        count++;
      }
    }
    return count;
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
    return "DecodePrompt[" + ids.length + " ids, " + latents.length + " numbers of latents]";
  }
}
