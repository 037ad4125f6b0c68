package ai.laconic.decoder.engine.onnx;

import ai.laconic.decoder.engine.Token;
import org.jspecify.annotations.Nullable;

/**
 * Says which token follows. One for each sequence, called once a step by the scheduler's thread.
 */
@FunctionalInterface
interface TokenChooser {
  /**
   * Returns the next token, or null when the answer is complete.
   *
   * @throws IllegalArgumentException if the logits make no sense
   */
  @Nullable Token next(float[] logits);
}
