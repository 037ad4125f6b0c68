package ai.laconic.runtime.model;

/**
 * How many source tokens one latent stands for.
 *
 * <p>The published models have 4, 8 or 16; a checkpoint may name any ratio in this type's range.
 *
 * @param value tokens per latent, 1 to 256
 */
public record CompressionRatio(int value) implements Comparable<CompressionRatio> {
  private static final int MAX = 256;

  public CompressionRatio {
    if (value < 1 || value > MAX) {
      throw new IllegalArgumentException("ratio: " + value + " (expected: 1 to " + MAX + ")");
    }
  }

  /**
   * Returns the number of latents for {@code tokens} tokens: a last, partial group counts whole.
   */
  public int latentsFor(int tokens) {
    return (tokens + value - 1) / value;
  }

  @Override
  public int compareTo(CompressionRatio other) {
    return Integer.compare(value, other.value);
  }

  @Override
  public String toString() {
    return value + "x";
  }
}
