package ai.laconic.runtime.latent;

import ai.onnxruntime.platform.Fp16Conversions;
import java.nio.ByteBuffer;

/** Numbers of two bytes: 11 significant bits, up to 65,504. */
public final class HalfPrecision {
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
}
