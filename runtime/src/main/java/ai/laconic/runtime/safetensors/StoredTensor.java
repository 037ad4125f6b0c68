package ai.laconic.runtime.safetensors;

import java.util.List;

/**
 * A tensor at its place in a file.
 *
 * @param location path of the file relative to the model's directory, with {@code /}
 * @param dtype type of its values
 * @param shape its dimensions; empty for a scalar
 * @param offset first byte, counted from the start of the file
 * @param length bytes; equals what dtype and shape give
 */
public record StoredTensor(
    String location, Dtype dtype, List<Long> shape, long offset, long length) {
  public StoredTensor {
    shape = List.copyOf(shape);
    long expected = sizeOf(dtype, shape);
    if (length != expected) {
      throw new IllegalArgumentException("length: " + length + " (expected: " + expected + ")");
    }
    if (offset < 0) {
      throw new IllegalArgumentException("offset: " + offset + " (expected: 0 or more)");
    }
  }

  /** Returns how many numbers it holds. */
  public long values() {
    return length / dtype.bytes();
  }

  /**
   * Returns the bytes that a tensor takes.
   *
   * @throws ArithmeticException if the product does not fit 63 bits
   * @throws IllegalArgumentException if a dimension is negative
   */
  static long sizeOf(Dtype dtype, List<Long> shape) {
    long size = dtype.bytes();
    for (long dimension : shape) {
      if (dimension < 0) {
        throw new IllegalArgumentException("shape: " + shape + " (expected: no negative number)");
      }
      size = Math.multiplyExact(size, dimension);
    }
    return size;
  }
}
