package ai.laconic.cacheclient.block;

import ai.laconic.runtime.latent.LatentId;
import ai.laconic.v1.Sharing;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Set;

/** Where latent blocks are kept, for those who make them. */
public interface BlockCache {
  /**
   * Returns those of {@code ids} that aren't there. The others live on for at least {@code ttl}.
   *
   * @throws io.grpc.StatusRuntimeException if the cache doesn't answer, or not to the question
   */
  Set<LatentId> findMissing(Collection<LatentId> ids, Duration ttl);

  /**
   * As {@link #findMissing}, and claims what is missing for this process, for as long as {@link
   * #lease} says; claiming again renews.
   */
  Claims claim(Collection<LatentId> ids, Duration ttl);

  /** Gives claims up that nobody in this process needs any more. A failure of it is no failure. */
  void release(Collection<LatentId> ids);

  /** Returns how long a claim lasts. */
  Duration lease();

  /**
   * Stores blocks, no two of one ID, for at least {@code ttl}, which ends the claims on them; all
   * of them are there when it returns.
   *
   * @param sharing who may use them
   * @throws io.grpc.StatusRuntimeException if any of them might not be there
   */
  void put(List<MadeBlock> blocks, Sharing sharing, Duration ttl) throws InterruptedException;
}
