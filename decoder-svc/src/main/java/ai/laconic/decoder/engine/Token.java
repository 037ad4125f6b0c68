package ai.laconic.decoder.engine;

import org.jspecify.annotations.Nullable;

/**
 * One token of an answer.
 *
 * @param score what the model makes of it; null where the model chose it itself
 */
public record Token(int id, @Nullable Score score) {
  /**
   * How probable a given token was.
   *
   * @param logprob natural logarithm of its probability
   * @param firstChoice whether greedy decoding would choose it
   */
  public record Score(float logprob, boolean firstChoice) {}
}
