package ai.laconic.cache.store;

import ai.laconic.runtime.latent.LatentId;
import ai.laconic.servicekit.health.ReadinessCheck;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * Keeps latent blocks under their IDs. A block may vanish at any time, because it expired or
 * because room was needed: whoever wants it then makes it again. Bytes come back as they were put;
 * what they mean is its callers' business. All methods may be called by many threads at once.
 *
 * <p>A store speaks in {@link ai.laconic.servicekit.error.Problems}: RESOURCE_EXHAUSTED when it is
 * full, UNAVAILABLE when it can't be reached.
 */
public interface BlockStore extends ReadinessCheck, AutoCloseable {
  /**
   * Returns those of {@code ids} that are not here, in order and each once. Those that are here
   * live on for at least {@code ttl}.
   */
  List<LatentId> findMissing(Collection<LatentId> ids, Duration ttl) throws InterruptedException;

  /**
   * As {@link #findMissing}, and claims what is missing. Of all that claim a block one gets it,
   * until it stores the block, gives the claim up or lets {@code lease} pass; claiming again renews
   * its own.
   *
   * @param holder who claims, unique among all that do
   */
  Claims claimMissing(Collection<LatentId> ids, String holder, Duration lease, Duration ttl)
      throws InterruptedException;

  /** Gives up those of the claims that are the holder's. */
  void releaseClaims(Collection<LatentId> ids, String holder) throws InterruptedException;

  /**
   * Stores blocks, each in place of what was there under its ID. Each lives for {@code ttl}, or
   * longer if the one before would have. When it returns all are stored; when it throws some may
   * be. Ends all claims on them.
   */
  void put(Map<LatentId, StoredBlock> blocks, Duration ttl) throws InterruptedException;

  /**
   * Reads blocks and hands them on in the order of {@code ids}. However many there are, only a few
   * megabytes of them, or one larger block, are in memory at once.
   */
  void read(List<LatentId> ids, Reader reader) throws InterruptedException;

  /** Takes blocks one after the other. */
  @FunctionalInterface
  interface Reader {
    /**
     * Takes the next.
     *
     * @param bytes null if it is not here; not to be written to
     */
    void take(LatentId id, byte @Nullable [] bytes) throws InterruptedException;
  }

  /** Removes a block if its bytes are these: found to be damaged, it must not hide its absence. */
  void removeIfEqual(LatentId id, byte[] damaged) throws InterruptedException;

  /** Erases blocks, those that are here. When it returns none of them can be read. */
  void remove(Collection<LatentId> ids) throws InterruptedException;

  /** Returns the bytes of blocks that fit at once; empty if the store does not know. */
  OptionalLong maxBytes();

  @Override
  void close();
}
