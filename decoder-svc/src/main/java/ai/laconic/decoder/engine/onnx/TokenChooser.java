package ai.laconic.decoder.engine.onnx;

/**
 * Says which token follows. One for each sequence, called once a step by the scheduler's thread.
 */
@FunctionalInterface
interface TokenChooser {
  /** What {@link #next} returns in place of an id when the answer is complete. */
  int END = -1;

  /**
   * Returns the next token, or {@link #END}.
   *
   * @throws IllegalArgumentException if the logits make no sense
   */
  int next(float[] logits);
}
