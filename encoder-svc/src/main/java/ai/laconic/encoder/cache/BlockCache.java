package ai.laconic.encoder.cache;

import ai.laconic.runtime.latent.LatentId;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Set;

/** Where latent blocks are kept. */
public interface BlockCache {
  /**
   * Returns those of {@code ids} that aren't there. The others live on for at least {@code ttl}.
   *
   * @throws io.grpc.StatusRuntimeException if the cache doesn't answer, or not to the question
   */
  Set<LatentId> findMissing(Collection<LatentId> ids, Duration ttl);

  /**
   * Stores blocks, no two of one ID, for at least {@code ttl}; all of them are there when it
   * returns.
   *
   * @throws io.grpc.StatusRuntimeException if any of them might not be there
   */
  void put(List<MadeBlock> blocks, Duration ttl) throws InterruptedException;
}
