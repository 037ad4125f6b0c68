package ai.laconic.decoder.engine;

/**
 * Runs generations, as many at once as it has slots. Those that are submitted beyond that wait, all
 * that come: whoever submits bounds how many. Safe for use by many threads.
 */
public interface DecoderEngine extends AutoCloseable {
  /** Returns what the engine can take. */
  EngineInfo info();

  /**
   * Fails as {@link #submit} would whatever came now, so that nothing is prepared in vain.
   *
   * @throws io.grpc.StatusRuntimeException UNAVAILABLE if the engine is closed or down
   */
  void checkAvailable();

  /**
   * Fails as {@link #submit} would if the engine can't score at all.
   *
   * @throws io.grpc.StatusRuntimeException UNIMPLEMENTED
   */
  void checkScores();

  /**
   * Takes a request and returns at once; the listener is told from the engine's threads, or from
   * this one. Latents are read as they arrive, from the position on that the listener was told.
   *
   * @throws io.grpc.StatusRuntimeException OUT_OF_RANGE if prompt and answer don't fit,
   *     INVALID_ARGUMENT if the prompt has placeholders without latents or an id doesn't exist,
   *     FAILED_PRECONDITION if they are numbers that the engine can't take, UNIMPLEMENTED for a
   *     scoring if the engine can't score, UNAVAILABLE if the engine is closed or down. The
   *     listener is told nothing then.
   */
  Generation submit(EngineRequest request, TokenListener listener);

  /** Returns how busy the engine is. */
  EngineLoad load();

  /** Returns whether the engine can serve now. Answers within a second or so, never throws. */
  boolean ready();

  /** Fails what still waits or runs with UNAVAILABLE and frees everything. */
  @Override
  void close();
}
