package ai.laconic.encoder.span;

import static java.util.Objects.requireNonNull;

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
  private final List<LatentId> released = new ArrayList<>();
  private final Set<LatentId> others = new LinkedHashSet<>();
  private int putsUntilFailure = Integer.MAX_VALUE;
  private int claims;
  private int claimsUntilFailure = Integer.MAX_VALUE;
  private Duration lease = Duration.ofSeconds(10);

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
    claims++;
    if (claims > claimsUntilFailure) {
      throw Problems.unavailable("latent cache", "gone", Duration.ofSeconds(1));
    }
    Set<LatentId> claimed = findMissing(ids, ttl);
    Set<LatentId> held = new LinkedHashSet<>(claimed);
    held.retainAll(others);
    claimed.removeAll(held);
    return new Claims(List.copyOf(claimed), List.copyOf(held));
  }

  @Override
  public synchronized void release(Collection<LatentId> ids) {
    released.addAll(ids);
  }

  synchronized List<LatentId> released() {
    return List.copyOf(released);
  }

  @Override
  public synchronized Duration lease() {
    return lease;
  }

  synchronized void lease(Duration other) {
    lease = other;
  }

  /** Has somebody else make a window, or no more. */
  synchronized void others(LatentId id, boolean make) {
    boolean unused = make ? others.add(id) : others.remove(id);
  }

  /** Refuses to claim after so many times. */
  synchronized void failAfterClaims(int count) {
    claimsUntilFailure = count;
  }

  /** Returns how often something was claimed. */
  synchronized int claims() {
    return claims;
  }

  @Override
  public synchronized void put(List<MadeBlock> more, Sharing sharing, Duration ttl) {
    if (puts.size() >= putsUntilFailure) {
      throw Problems.unavailable("latent cache", "gone", Duration.ofSeconds(1));
    }
    puts.add(more.size());
    more.forEach(made -> blocks.put(made.block().id(), made.block()));
  }

  synchronized void put(LatentBlock block) {
    blocks.put(block.id(), block);
  }

  synchronized LatentBlock remove(LatentId id) {
    return requireNonNull(blocks.remove(id));
  }

  synchronized Map<LatentId, LatentBlock> blocks() {
    return Map.copyOf(blocks);
  }

  /** Returns how many blocks came with each call. */
  synchronized List<Integer> puts() {
    return List.copyOf(puts);
  }
}
