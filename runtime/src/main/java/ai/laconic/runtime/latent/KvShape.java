package ai.laconic.runtime.latent;

/**
 * The shape of a KV block, [layers, 2, kv_heads, slots, head_dim]: for each layer its keys, then
 * its values.
 *
 * @param layers decoder layers
 * @param kvHeads heads of keys and values in a layer
 * @param slots positions that the memory takes in the decoder
 * @param headDim numbers of one head at one position
 */
public record KvShape(int layers, int kvHeads, int slots, int headDim) {
  public KvShape {
    if (layers < 1 || kvHeads < 1 || slots < 1 || headDim < 1) {
      throw new IllegalArgumentException(
          "shape: [%d, 2, %d, %d, %d] (expected: every size at least 1)"
              .formatted(layers, kvHeads, slots, headDim));
    }
    if (rows(layers, kvHeads, slots) > Integer.MAX_VALUE) {
      throw new IllegalArgumentException(
          "shape: [%d, 2, %d, %d, %d] (expected: at most %d rows)"
              .formatted(layers, kvHeads, slots, headDim, Integer.MAX_VALUE));
    }
  }

  /** Returns the rows of the block: all sizes but the last, multiplied. */
  public int rows() {
    return (int) rows(layers, kvHeads, slots);
  }

  // Saturates instead of wrapping around.
  private static long rows(int layers, int kvHeads, int slots) {
    long heads = 2L * layers * kvHeads;
    return heads > Integer.MAX_VALUE ? heads : heads * slots;
  }
}
