package ai.laconic.runtime.model;

import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;

/** How the matrix of a linear layer may be stored. */
public enum LinearForm {
  /** As floating-point numbers. */
  FLOAT("", 0),
  /** As bytes, one scale for each output channel; activations are quantised row by row. */
  INT8_CHANNELS("int-quantized", 8),
  /** As bytes, one scale for each block. */
  INT8_BLOCKS("pack-quantized", 8),
  /** As half bytes, one scale for each block. */
  INT4_BLOCKS("pack-quantized", 4);

  /** Neighbours in a row that share a scale, in the forms with blocks. */
  public static final int BLOCK_SIZE = 32;

  private final String format;
  private final int bits;

  LinearForm(String format, int bits) {
    this.format = format;
    this.bits = bits;
  }

  /** Returns the name of the format in {@code quantization_config}; empty for floats. */
  public String format() {
    return format;
  }

  /** Returns the bits of one weight; 0 for floats. */
  public int bits() {
    return bits;
  }

  /** Returns whether a row is cut into blocks. */
  public boolean hasBlocks() {
    return this == INT8_BLOCKS || this == INT4_BLOCKS;
  }

  /** Returns whether a layer whose rows have that width can be stored so. */
  public boolean fits(long inWidth) {
    return !hasBlocks() || inWidth % BLOCK_SIZE == 0;
  }

  static Optional<LinearForm> of(String format, int bits) {
    return Arrays.stream(values())
        .filter(form -> form != FLOAT && form.format.equals(format) && form.bits == bits)
        .findFirst();
  }

  static String formats() {
    return Arrays.stream(values())
        .map(LinearForm::format)
        .filter(format -> !format.isEmpty())
        .distinct()
        .collect(Collectors.joining(" or "));
  }
}
