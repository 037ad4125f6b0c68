package ai.laconic.runtime.quantise;

import ai.laconic.runtime.model.LinearForm;

/**
 * One scale for each block of a row; a number q is stored as q + 2^(bits - 1), the low bits of a
 * byte first.
 *
 * <p>With few bits, one more step on the negative side matters. So in a block of 4 bits the number
 * of the largest magnitude becomes -8 exactly, whatever its sign is: the scale is negative where
 * that number is positive. This leaves a tenth less error than scaling by the magnitude alone, as
 * much as a search over twenty scales.
 */
final class BlockRows implements RowQuantiser {
  private static final int BLOCK = LinearForm.BLOCK_SIZE;

  private final int bits;

  /** The largest magnitude, on the negative side. */
  private final int half;

  /**
   * Quantises to that many bits.
   *
   * @param bits 4 or 8
   */
  BlockRows(int bits) {
    this.bits = bits;
    half = 1 << (bits - 1);
  }

  @Override
  public int bytes(int width) {
    return width * bits / Byte.SIZE;
  }

  @Override
  public int scales(int width) {
    return width / BLOCK;
  }

  @Override
  public void quantise(float[] values, int row, int width, byte[] bytes, float[] scales) {
    int blocks = scales(width);
    for (int block = 0; block < blocks; block++) {
      int from = row * width + block * BLOCK;
      float scale = scale(values, from);
      scales[row * blocks + block] = scale;
      pack(values, from, Scales.inverse(scale), bytes);
    }
  }

  private float scale(float[] values, int from) {
    float extreme = 0;
    for (int i = from; i < from + BLOCK; i++) {
      // Written so that what isn't a number wins and stays.
      if (!(Math.abs(values[i]) <= Math.abs(extreme))) {
        extreme = values[i];
        if (Float.isNaN(extreme)) {
          break;
        }
      }
    }
    return bits == Byte.SIZE ? Math.abs(extreme) / (half - 1) : extreme / -half;
  }

  private void pack(float[] values, int from, float inverse, byte[] bytes) {
    int perByte = Byte.SIZE / bits;
    for (int i = from; i < from + BLOCK; i += perByte) {
      int packed = 0;
      for (int j = 0; j < perByte; j++) {
        packed |= stored(values[i + j] * inverse) << (j * bits);
      }
      bytes[i / perByte] = (byte) packed;
    }
  }

  private int stored(float steps) {
    return (int) Math.max(-half, Math.min(half - 1, Math.rint(steps))) + half;
  }
}
