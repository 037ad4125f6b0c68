package ai.laconic.runtime.quantise;

/** One scale a row, numbers from -127 to 127 as signed bytes. */
final class ChannelRows implements RowQuantiser {
  private static final int MAX = 127;

  @Override
  public int bytes(int width) {
    return width;
  }

  @Override
  public int scales(int width) {
    return 1;
  }

  @Override
  public void quantise(float[] values, int row, int width, byte[] bytes, float[] scales) {
    int from = row * width;
    float largest = 0;
    for (int i = from; i < from + width; i++) {
      // Math.max keeps what isn't a number.
      largest = Math.max(largest, Math.abs(values[i]));
    }
    float scale = largest / MAX;
    scales[row] = scale;
    float inverse = Scales.inverse(scale);
    for (int i = from; i < from + width; i++) {
      bytes[i] = (byte) Math.max(-MAX, Math.min(MAX, Math.rint(values[i] * inverse)));
    }
  }
}
