package ai.laconic.runtime.latent;

import ai.onnxruntime.platform.Fp16Conversions;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.ShortBuffer;

/**
 * Writes, checks and reads the numbers of a block, always rounding to the nearest and ties to even.
 * Payloads are little-endian buffers that hold nothing else.
 */
final class BlockNumbers {
  // Symmetric: -128 is not used.
  private static final int INT8_MAX = 127;

  /** Times any signed byte, a scale below it is a finite number. */
  private static final float SCALE_BOUND = 0x1p121f;

  private BlockNumbers() {}

  /** Writes {@code values}; refuses those that the type can't hold. */
  static void write(BlockHeader header, float[] values, ByteBuffer payload) {
    header.type().check(values);
    switch (header.type()) {
      case FP32 -> payload.asFloatBuffer().put(values);
      case FP16 -> HalfPrecision.put(values, payload);
      case BF16 -> {
        for (float value : values) {
          payload.putShort(Fp16Conversions.floatToBf16(value));
        }
      }
      case INT8 -> writeInt8(header, values, payload);
    }
  }

  /** Checks that all numbers of a block are finite, by their bits: none is converted. */
  static void check(BlockHeader header, ByteBuffer payload) throws CorruptBlockException {
    switch (header.type()) {
      case FP32, FP16, BF16 -> checkExponents(header.type(), payload);
      case INT8 -> checkScales(header, payload);
    }
  }

  /** Reads rows from {@code from} on into {@code out}, which moves behind them. */
  static void read(BlockHeader header, ByteBuffer payload, int from, int rows, FloatBuffer out) {
    if (header.type() == BlockType.INT8) {
      readInt8(header, payload, from, rows, out);
    } else {
      read(header.type(), payload, from * header.cols(), rows * header.cols(), out);
    }
  }

  private static void read(
      BlockType type, ByteBuffer payload, int first, int count, FloatBuffer out) {
    switch (type) {
      case FP32 -> out.put(payload.asFloatBuffer().slice(first, count));
      case FP16 -> HalfPrecision.read(payload.asShortBuffer().slice(first, count), out);
      case BF16 -> readBf16(payload.asShortBuffer().slice(first, count), out);
      case INT8 -> throw new IllegalArgumentException("type: INT8 (expected: one without scales)");
    }
  }

  private static void writeInt8(BlockHeader header, float[] values, ByteBuffer payload) {
    int cols = header.cols();
    float[] scales = new float[header.rows()];
    for (int i = 0; i < values.length; i++) {
      int row = i / cols;
      scales[row] = Math.max(scales[row], Math.abs(values[i]));
    }
    for (int row = 0; row < scales.length; row++) {
      scales[row] /= INT8_MAX;
      payload.putFloat(scales[row]);
    }
    for (int i = 0; i < values.length; i++) {
      float scale = scales[i / cols];
      // A row of zeros, or of numbers too small to have a scale, is a row of zeros.
      double steps = scale == 0 ? 0 : Math.rint((double) values[i] / scale);
      payload.put((byte) Math.max(-INT8_MAX, Math.min(INT8_MAX, steps)));
    }
  }

  private static void checkExponents(BlockType type, ByteBuffer payload)
      throws CorruptBlockException {
    int bits = type.bytesPerValue() * Byte.SIZE;
    long mask = type.exponentMask();
    long exponents = repeated(mask, bits);
    // Added to an exponent of all ones it carries into the sign, and to no other.
    long ones = repeated(mask & -mask, bits);
    long signs = repeated(1L << (bits - 1), bits);
    int whole = payload.limit() & -Long.BYTES;
    for (int at = 0; at < whole; at += Long.BYTES) {
      if ((((payload.getLong(at) & exponents) + ones) & signs) != 0) {
        throw notFinite(type, payload, at);
      }
    }
    for (int at = whole; at < payload.limit(); at += type.bytesPerValue()) {
      long value = bits == Integer.SIZE ? payload.getInt(at) : payload.getShort(at);
      if ((value & mask) == mask) {
        throw notFinite(type, payload, at);
      }
    }
  }

  /** Returns {@code value} in every lane of so many bits. */
  private static long repeated(long value, int bits) {
    long lanes = value;
    for (int at = bits; at < Long.SIZE; at += bits) {
      lanes |= value << at;
    }
    return lanes;
  }

  /** Names the first number from the byte {@code at} on that isn't finite. */
  private static CorruptBlockException notFinite(BlockType type, ByteBuffer payload, int at) {
    float[] value = {0};
    int index = at / type.bytesPerValue() - 1;
    while (Float.isFinite(value[0])) {
      read(type, payload, ++index, 1, FloatBuffer.wrap(value));
    }
    return new CorruptBlockException(
        "values[" + index + "]: " + value[0] + " (expected: a finite number)");
  }

  private static void checkScales(BlockHeader header, ByteBuffer payload)
      throws CorruptBlockException {
    for (int row = 0; row < header.rows(); row++) {
      float scale = payload.getFloat(row * Float.BYTES);
      // Written so that NaN is refused too.
      if (!(Math.abs(scale) < SCALE_BOUND)) {
        throw new CorruptBlockException(
            "scales[" + row + "]: " + scale + " (expected: a magnitude below " + SCALE_BOUND + ")");
      }
    }
  }

  private static void readBf16(ShortBuffer in, FloatBuffer out) {
    int at = out.position();
    int count = in.remaining();
    for (int i = 0; i < count; i++) {
      out.put(at + i, Fp16Conversions.bf16ToFloat(in.get(i)));
    }
    out.position(at + count);
  }

  private static void readInt8(
      BlockHeader header, ByteBuffer payload, int from, int rows, FloatBuffer out) {
    int cols = header.cols();
    int numbers = header.rows() * Float.BYTES;
    for (int row = from; row < from + rows; row++) {
      float scale = payload.getFloat(row * Float.BYTES);
      int start = numbers + row * cols;
      for (int i = start; i < start + cols; i++) {
        out.put(payload.get(i) * scale);
      }
    }
  }
}
