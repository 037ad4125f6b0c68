package ai.laconic.decoder.engine;

import io.grpc.StatusRuntimeException;

/**
 * Hears of one generation: that it has its slot, any number of tokens, then exactly one of finished
 * or failed. Called by one thread at a time; must not block.
 */
public interface TokenListener {
  /**
   * The generation has its slot, and its latents are wanted now, from a position on; comes before
   * the first token.
   *
   * @param cached positions of the prompt that the engine holds from before
   */
  default void seated(int cached) {}

  /** Takes the next token of the answer. */
  void token(Token token);

  /** The answer is complete, and the engine holds nothing for it any more. */
  void finished(EndReason reason);

  /**
   * The generation ended early, and the engine holds nothing for it any more; CANCELLED if {@link
   * Generation#cancel} asked for it.
   */
  void failed(StatusRuntimeException problem);
}
