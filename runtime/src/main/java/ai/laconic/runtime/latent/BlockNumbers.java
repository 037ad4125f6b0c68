package ai.laconic.runtime.latent;

import ai.onnxruntime.platform.Fp16Conversions;
import java.nio.ByteBuffer;

/**
 * Writes and reads the numbers of a block, always rounding to the nearest and ties to even. Buffers
 * are little-endian and positioned at the payload.
 */
final class BlockNumbers {
  // Symmetric: -128 is not used.
  private static final int INT8_MAX = 127;

  private BlockNumbers() {}

  /** Writes {@code values}; refuses those that the type can't hold. */
  static void write(BlockHeader header, float[] values, ByteBuffer out) {
    header.type().check(values);
    switch (header.type()) {
      case FP32 -> out.asFloatBuffer().put(values);
      case FP16 -> HalfPrecision.put(values, out);
      case BF16 -> {
        for (float value : values) {
          out.putShort(Fp16Conversions.floatToBf16(value));
        }
      }
      case INT8 -> writeInt8(header, values, out);
    }
  }

  /** Reads the numbers of a block. */
  static float[] read(BlockHeader header, ByteBuffer in) {
    float[] values = new float[header.values()];
    switch (header.type()) {
      case FP32 -> in.asFloatBuffer().get(values);
      case FP16 -> {
        for (int i = 0; i < values.length; i++) {
          values[i] = Fp16Conversions.fp16ToFloat(in.getShort());
        }
      }
      case BF16 -> {
        for (int i = 0; i < values.length; i++) {
          values[i] = Fp16Conversions.bf16ToFloat(in.getShort());
        }
      }
      case INT8 -> readInt8(header, in, values);
    }
    return values;
  }

  private static void writeInt8(BlockHeader header, float[] values, ByteBuffer out) {
    int cols = header.cols();
    float[] scales = new float[header.rows()];
    for (int i = 0; i < values.length; i++) {
      int row = i / cols;
      scales[row] = Math.max(scales[row], Math.abs(values[i]));
    }
    for (int row = 0; row < scales.length; row++) {
      scales[row] /= INT8_MAX;
      out.putFloat(scales[row]);
    }
    for (int i = 0; i < values.length; i++) {
      float scale = scales[i / cols];
      // A row of zeros, or of numbers too small to have a scale, is a row of zeros.
      double steps = scale == 0 ? 0 : Math.rint((double) values[i] / scale);
      out.put((byte) Math.max(-INT8_MAX, Math.min(INT8_MAX, steps)));
    }
  }

  private static void readInt8(BlockHeader header, ByteBuffer in, float[] values) {
    float[] scales = new float[header.rows()];
    for (int row = 0; row < scales.length; row++) {
      scales[row] = in.getFloat();
    }
    for (int i = 0; i < values.length; i++) {
      values[i] = in.get() * scales[i / header.cols()];
    }
  }
}
