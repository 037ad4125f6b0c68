package ai.laconic.encoder.span;

import ai.laconic.cacheclient.block.BlockCache;
import ai.laconic.cacheclient.block.Claims;
import ai.laconic.cacheclient.block.MadeBlock;
import ai.laconic.runtime.latent.LatentBlock;
import ai.laconic.runtime.latent.LatentId;
import ai.laconic.servicekit.error.Problems;
import ai.laconic.v1.Sharing;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A cache in memory that may fail after some calls of {@code put}. */
final class MemoryCache implements BlockCache {
  private final Map<LatentId, LatentBlock> blocks = new LinkedHashMap<>();
  private final List<Integer> puts = new ArrayList<>();
  private int putsUntilFailure = Integer.MAX_VALUE;

  void failAfter(int morePuts) {
    putsUntilFailure = puts.size() + morePuts;
  }

  @Override
  public synchronized Set<LatentId> findMissing(Collection<LatentId> ids, Duration ttl) {
    Set<LatentId> missing = new LinkedHashSet<>(ids);
    missing.removeAll(blocks.keySet());
    return missing;
  }

  @Override
  public synchronized Claims claim(Collection<LatentId> ids, Duration ttl) {
    return new Claims(List.copyOf(findMissing(ids, ttl)), List.of());
  }

  @Override
  public void release(Collection<LatentId> ids) {}

  @Override
  public Duration lease() {
    return Duration.ofSeconds(10);
  }

  @Override
  public synchronized void put(List<MadeBlock> more, Sharing sharing, Duration ttl) {
    if (puts.size() >= putsUntilFailure) {
      throw Problems.unavailable("latent cache", "gone", Duration.ofSeconds(1));
    }
    puts.add(more.size());
    more.forEach(made -> blocks.put(made.block().id(), made.block()));
  }

  synchronized Map<LatentId, LatentBlock> blocks() {
    return Map.copyOf(blocks);
  }

  /** Returns how many blocks came with each call. */
  synchronized List<Integer> puts() {
    return List.copyOf(puts);
  }
}
