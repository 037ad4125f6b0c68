package ai.laconic.decoder.engine;

/** Runs generations, several at once. Safe for use by many threads. */
public interface DecoderEngine extends AutoCloseable {
  /** Returns what the engine can take. */
  EngineInfo info();

  /**
   * Fails as {@link #generate} would if one more came now, so that nothing is prepared in vain.
   *
   * @throws io.grpc.StatusRuntimeException RESOURCE_EXHAUSTED or UNAVAILABLE
   */
  void checkRoom();

  /**
   * Admits a generation and returns at once; the listener is told from the engine's threads.
   *
   * @throws io.grpc.StatusRuntimeException OUT_OF_RANGE if prompt and answer don't fit,
   *     INVALID_ARGUMENT if the latents aren't those of the prompt, FAILED_PRECONDITION if they are
   *     numbers that the engine can't take, RESOURCE_EXHAUSTED if too many wait, UNAVAILABLE if the
   *     engine is closed or down. The listener is told nothing then.
   */
  Generation generate(GenerationRequest request, TokenListener listener);

  /**
   * Fails as {@link #score} would if the engine can't score at all.
   *
   * @throws io.grpc.StatusRuntimeException UNIMPLEMENTED
   */
  void checkScores();

  /**
   * Admits a scoring and returns at once: a generation whose tokens are given. The listener is told
   * of every one of them, end-of-sequence ids included, and then that it is finished for LENGTH.
   *
   * @param scores told of each token's score before the listener is told of the token
   * @throws io.grpc.StatusRuntimeException as {@link #generate}; UNIMPLEMENTED if the engine can't
   *     score, INVALID_ARGUMENT for an id that the decoder doesn't have
   */
  Generation score(ScoringRequest request, ScoreListener scores, TokenListener listener);

  /** Returns how busy the engine is. */
  EngineLoad load();

  /** Returns whether the engine can serve now. Answers within a second or so, never throws. */
  boolean ready();

  /** Fails what still waits or runs with UNAVAILABLE and frees everything. */
  @Override
  void close();
}
