package ai.laconic.decoder.engine;

/** Hears what a decoder makes of given tokens. Called by the engine's thread; must not block. */
@FunctionalInterface
public interface ScoreListener {
  /**
   * Takes the score of one token, right before the {@link TokenListener} is told of the token.
   *
   * @param index of the token in the continuation
   * @param logprob natural logarithm of its probability
   * @param firstChoice whether greedy decoding would choose it
   */
  void scored(int index, float logprob, boolean firstChoice);
}
