package ai.laconic.runtime.quantise;

/** Quantises one row of a matrix. Safe for use by many threads. */
interface RowQuantiser {
  /** Returns the bytes that a row takes. */
  int bytes(int width);

  /** Returns the scales that a row has. */
  int scales(int width);

  /**
   * Quantises a row.
   *
   * @param values numbers of many rows
   * @param row which of them
   * @param width numbers in a row
   * @param bytes takes the row's bytes, at the row's place
   * @param scales takes the row's scales, at the row's place; not finite where a number isn't
   */
  void quantise(float[] values, int row, int width, byte[] bytes, float[] scales);
}
