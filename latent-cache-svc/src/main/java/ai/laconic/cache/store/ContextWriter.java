package ai.laconic.cache.store;

/**
 * Stores one context. Nothing of it is visible before {@link #commit}, and nothing stays if it is
 * closed without. Used by one thread.
 */
public interface ContextWriter extends AutoCloseable {
  /**
   * Adds the source text of one segment.
   *
   * @param utf8 kept, not copied
   */
  void addText(int segment, byte[] utf8) throws InterruptedException;

  /**
   * Makes manifest and texts visible at once.
   *
   * @throws io.grpc.StatusRuntimeException FAILED_PRECONDITION if the ID belongs to a context with
   *     another manifest; if it has the same manifest, that context stays as it is
   */
  void commit() throws InterruptedException;

  /** Drops what was not committed. */
  @Override
  void close();
}
