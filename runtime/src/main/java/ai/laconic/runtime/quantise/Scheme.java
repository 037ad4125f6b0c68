package ai.laconic.runtime.quantise;

import ai.laconic.runtime.model.LinearForm;

/**
 * How the linear layers of one part are stored.
 *
 * @param precision what was asked for
 * @param layers form of the layers
 * @param output form of the output matrix. It is never below 8 bits: it is what turns a small error
 *     into another token
 */
record Scheme(Precision precision, LinearForm layers, LinearForm output) {
  /** The encoder and its batches of many rows want whole-number products, not few bits. */
  static Scheme encoder(Precision precision) {
    return switch (precision) {
      case FLOAT -> new Scheme(precision, LinearForm.FLOAT, LinearForm.FLOAT);
      case INT8 -> new Scheme(precision, LinearForm.INT8_CHANNELS, LinearForm.INT8_CHANNELS);
      case INT4 -> throw new IllegalArgumentException("encoder: int4 (expected: int8 or float)");
    };
  }

  static Scheme decoder(Precision precision) {
    return precision == Precision.INT4
        ? new Scheme(precision, LinearForm.INT4_BLOCKS, LinearForm.INT8_BLOCKS)
        : encoder(precision);
  }

  boolean isFloat() {
    return precision == Precision.FLOAT;
  }
}
