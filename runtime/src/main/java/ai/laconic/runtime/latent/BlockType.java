package ai.laconic.runtime.latent;

/** The numbers of a block. */
public enum BlockType {
  /** 4 bytes, as computed. */
  FP32(1, 4, 0, 0x7f80_0000, Float.POSITIVE_INFINITY),
  /** 2 bytes: 11 significant bits, up to 65,504. */
  FP16(2, 2, 0, 0x7c00, 65_520f),
  /** 2 bytes: 8 significant bits, the range of FP32. */
  BF16(3, 2, 0, 0x7f80, 0x1.ffp127f),
  /** 1 byte and an FP32 scale for each row: 255 steps from -max to max of the row. */
  INT8(4, 1, 4, 0, 0x1p127f);

  private final int code;
  private final int bytesPerValue;
  private final int bytesPerRow;
  private final int exponentMask;
  // The least magnitude that could be infinite when it is read back.
  private final float overflow;

  BlockType(int code, int bytesPerValue, int bytesPerRow, int exponentMask, float overflow) {
    this.code = code;
    this.bytesPerValue = bytesPerValue;
    this.bytesPerRow = bytesPerRow;
    this.exponentMask = exponentMask;
    this.overflow = overflow;
  }

  int code() {
    return code;
  }

  int bytesPerValue() {
    return bytesPerValue;
  }

  /** Returns the bits of a number that are all ones if it isn't finite; 0 for integers. */
  int exponentMask() {
    return exponentMask;
  }

  /** Returns the bytes that {@code rows} rows of {@code cols} numbers take, header not counted. */
  public long payloadBytes(long rows, long cols) {
    return rows * (bytesPerRow + cols * bytesPerValue);
  }

  /** Refuses numbers that the type can't hold. */
  void check(float[] values) {
    for (int i = 0; i < values.length; i++) {
      // Written so that NaN is refused too.
      if (!(Math.abs(values[i]) < overflow)) {
        throw new IllegalArgumentException(
            "values[%d]: %s (expected: a number, in %s of magnitude below %s)"
                .formatted(i, values[i], this, overflow));
      }
    }
  }

  static BlockType of(int code) throws CorruptBlockException {
    for (BlockType type : values()) {
      if (type.code == code) {
        return type;
      }
    }
    throw new CorruptBlockException("type: " + code + " (expected: 1 to 4)");
  }
}
