package ai.laconic.runtime.latent;

import ai.onnxruntime.platform.Fp16Conversions;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.ShortBuffer;

/** Numbers of two bytes: 11 significant bits, up to 65,504. */
public final class HalfPrecision {
  /** Every number by its bits: two to three times as fast as computing each. */
  private static final float[] NUMBERS = new float[1 << Short.SIZE];

  static {
    for (int bits = 0; bits < NUMBERS.length; bits++) {
      NUMBERS[bits] = Fp16Conversions.fp16ToFloat((short) bits);
    }
  }

  private HalfPrecision() {}

  /**
   * Writes {@code values}, rounded to the nearest and ties to even, in the buffer's byte order.
   *
   * @throws IllegalArgumentException for a number that two bytes can't hold; nothing is written
   */
  public static void write(float[] values, ByteBuffer out) {
    BlockType.FP16.check(values);
    put(values, out);
  }

  /** As {@link #write}, of numbers that were checked. */
  static void put(float[] values, ByteBuffer out) {
    for (float value : values) {
      out.putShort(Fp16Conversions.floatToFp16(value));
    }
  }

  /** Reads all of {@code in} into {@code out}, which moves behind them. */
  static void read(ShortBuffer in, FloatBuffer out) {
    int at = out.position();
    int count = in.remaining();
    for (int i = 0; i < count; i++) {
      out.put(at + i, NUMBERS[Short.toUnsignedInt(in.get(i))]);
    }
    out.position(at + count);
  }
}
