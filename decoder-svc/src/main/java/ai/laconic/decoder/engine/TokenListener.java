package ai.laconic.decoder.engine;

import io.grpc.StatusRuntimeException;

/**
 * Hears of one generation: any number of tokens, then exactly one of finished or failed. Called by
 * one thread at a time; must not block.
 */
public interface TokenListener {
  /** Returns whether it takes more now. After it turned true, call {@link Generation#resume}. */
  boolean ready();

  /**
   * Takes the next token of the answer. An end-of-sequence id only in a scoring. A few may come
   * although it isn't ready: what one answer of an engine holds, at most the generation's whole
   * answer.
   */
  void token(int id);

  /** The answer is complete. */
  void finished(EndReason reason);

  /** The generation ended early; CANCELLED if {@link Generation#cancel} asked for it. */
  void failed(StatusRuntimeException problem);
}
