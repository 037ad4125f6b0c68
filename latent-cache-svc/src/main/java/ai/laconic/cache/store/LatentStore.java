package ai.laconic.cache.store;

import ai.laconic.runtime.latent.LatentId;
import ai.laconic.servicekit.health.ReadinessCheck;
import ai.laconic.servicekit.tenant.TenantId;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Keeps blocks, manifests and source text until they expire. Bytes come back as they were put; what
 * they mean is its callers' business. All methods may be called by many threads at once. The
 * service is ready while its store is.
 *
 * <p>Arrays are handed over: neither side writes to them afterwards.
 */
public interface LatentStore extends ReadinessCheck, AutoCloseable {
  /**
   * Returns those of {@code ids} that are not here, in order and each once. Those that are here
   * live on for at least {@code ttl}.
   */
  List<LatentId> findMissing(List<LatentId> ids, Duration ttl) throws InterruptedException;

  /**
   * Stores a block, in place of what was there under its ID: bytes that were damaged are whole
   * again. It lives for {@code ttl}, or longer if the one before would have.
   */
  void putBlock(LatentId id, byte[] encoded, Duration ttl) throws InterruptedException;

  /** Returns the encoded bytes of each block; 0 for one that is not here. */
  int[] blockSizes(List<LatentId> ids) throws InterruptedException;

  /** Returns each block; empty for one that is not here. All of them are in memory at once. */
  List<Optional<byte[]>> readBlocks(List<LatentId> ids) throws InterruptedException;

  /** Removes a block if its bytes are these: found to be damaged, it must not hide its absence. */
  void dropBlock(LatentId id, byte[] damaged) throws InterruptedException;

  /** Begins to store a context, which lives until its manifest expires. */
  ContextWriter writeContext(TenantId tenant, Manifest manifest);

  Optional<Manifest> findContext(ContextKey key) throws InterruptedException;

  /**
   * Returns the tenant's contexts that follow {@code after}, in the order of {@link ListPosition}.
   *
   * @param limit the most contexts to return, at least 1
   */
  ContextPage listContexts(TenantId tenant, Optional<ListPosition> after, int limit)
      throws InterruptedException;

  /** Removes manifest and texts; false if there was no such context. */
  boolean removeContext(ContextKey key) throws InterruptedException;

  /**
   * Returns the source text of each segment as UTF-8; empty for one that is not here. All of them
   * are in memory at once.
   */
  List<Optional<byte[]>> readTexts(ContextKey key, List<Integer> segments)
      throws InterruptedException;

  @Override
  void close();
}
