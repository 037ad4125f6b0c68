package ai.laconic.runtime.model;

import ai.laconic.runtime.safetensors.StoredTensor;

/** The matrix [out, in] of a linear layer, in the form in which it is stored. */
public sealed interface LinearWeight {
  /** Returns the numbers in the matrix, in whatever form they are stored; scales don't count. */
  long parameters();

  /**
   * Floating-point numbers.
   *
   * @param weight [out, in]
   */
  record Floating(StoredTensor weight) implements LinearWeight {
    @Override
    public long parameters() {
      return weight.values();
    }
  }

  /**
   * Signed bytes with a scale for each output channel.
   *
   * @param weight I8 [out, in]
   * @param scale [out, 1]
   */
  record Int8Channels(StoredTensor weight, StoredTensor scale) implements LinearWeight {
    @Override
    public long parameters() {
      return weight.values();
    }
  }

  /**
   * Numbers of a few bits with a scale for each block of neighbours in a row. A number q is stored
   * as q + 2^(bits - 1), the low bits of a byte first.
   *
   * @param bits 4 or 8
   * @param blockSize numbers in a block; divides the width of a row
   * @param outWidth rows
   * @param inWidth numbers in a row
   * @param packed I32 [out, in * bits / 32]
   * @param scale [out, in / blockSize]
   */
  record Blocks(
      int bits, int blockSize, long outWidth, long inWidth, StoredTensor packed, StoredTensor scale)
      implements LinearWeight {
    @Override
    public long parameters() {
      return outWidth * inWidth;
    }
  }
}
