package ai.laconic.cache.memory;

import static ai.laconic.cache.memory.Sizes.sizeOf;

import ai.laconic.cache.eviction.Expiries;
import ai.laconic.cache.eviction.GreedyDualSize;
import ai.laconic.cache.store.BlockStore;
import ai.laconic.cache.store.Claims;
import ai.laconic.cache.store.HeldClaims;
import ai.laconic.cache.store.StoredBlock;
import ai.laconic.runtime.latent.LatentId;
import ai.laconic.servicekit.error.Problems;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Keeps blocks on the heap, within a bound. One lock for all: nothing under it is longer than a few
 * steps through maps, bytes are not copied.
 */
public final class HeapBlockStore implements BlockStore {
  private final long maxBytes;
  private final InstantSource clock;
  private final Map<LatentId, byte[]> blocks = new HashMap<>();
  private final GreedyDualSize<LatentId> values = new GreedyDualSize<>();
  private final Expiries<LatentId> expiries = new Expiries<>();
  private final HeldClaims claims;

  /**
   * @param maxBytes bound on all blocks together, with what the maps take
   * @param clock tells what has expired
   */
  public HeapBlockStore(long maxBytes, InstantSource clock) {
    if (maxBytes < 1) {
      throw new IllegalArgumentException("max-size: " + maxBytes + " (expected: 1 byte or more)");
    }
    this.maxBytes = maxBytes;
    this.clock = clock;
    this.claims = new HeldClaims(clock);
  }

  @Override
  public synchronized List<LatentId> findMissing(Collection<LatentId> ids, Duration ttl) {
    forgetExpired();
    Instant until = clock.instant().plus(ttl);
    Set<LatentId> missing = new LinkedHashSet<>();
    for (LatentId id : ids) {
      if (blocks.containsKey(id)) {
        expiries.extend(id, until);
        values.use(id);
      } else {
        missing.add(id);
      }
    }
    return List.copyOf(missing);
  }

  @Override
  public synchronized Claims claimMissing(
      Collection<LatentId> ids, String holder, Duration lease, Duration ttl) {
    return claims.claim(findMissing(ids, ttl), holder, lease);
  }

  @Override
  public synchronized void releaseClaims(Collection<LatentId> ids, String holder) {
    claims.release(ids, holder);
  }

  @Override
  public synchronized void put(Map<LatentId, StoredBlock> added, Duration ttl) {
    forgetExpired();
    Instant until = clock.instant().plus(ttl);
    for (Map.Entry<LatentId, StoredBlock> entry : added.entrySet()) {
      put(entry.getKey(), entry.getValue());
      expiries.extend(entry.getKey(), until);
      claims.end(entry.getKey());
    }
  }

  private void put(LatentId id, StoredBlock block) {
    long size = sizeOf(block.bytes().length);
    if (size > maxBytes) {
      throw Problems.tooLarge(
          "block " + id, size + " bytes", "at most " + maxBytes + ", the whole store");
    }
    blocks.put(id, block.bytes());
    values.put(id, size, block.tokens());
    while (values.bytes() > maxBytes) {
      values.evict().ifPresent(this::forget);
    }
  }

  @Override
  public void read(List<LatentId> ids, Reader reader) throws InterruptedException {
    for (LatentId id : ids) {
      reader.take(id, find(id));
    }
  }

  private synchronized byte @Nullable [] find(LatentId id) {
    forgetExpired();
    values.use(id);
    return blocks.get(id);
  }

  @Override
  public synchronized void removeIfEqual(LatentId id, byte[] damaged) {
    if (Arrays.equals(blocks.get(id), damaged)) {
      remove(List.of(id));
    }
  }

  @Override
  public synchronized void remove(Collection<LatentId> ids) {
    for (LatentId id : ids) {
      values.remove(id);
      forget(id);
    }
  }

  @Override
  public OptionalLong maxBytes() {
    return OptionalLong.of(maxBytes);
  }

  @Override
  public String name() {
    return "blocks in memory";
  }

  @Override
  public boolean ready() {
    return true;
  }

  @Override
  public synchronized void close() {
    remove(new ArrayList<>(blocks.keySet()));
  }

  /** Returns the bytes taken, with what the maps take. */
  synchronized long usedBytes() {
    return values.bytes();
  }

  private void forgetExpired() {
    Instant now = clock.instant();
    for (Optional<LatentId> id = expiries.pollExpired(now);
        id.isPresent();
        id = expiries.pollExpired(now)) {
      values.remove(id.get());
      forget(id.get());
    }
  }

  private void forget(LatentId id) {
    blocks.remove(id);
    expiries.remove(id);
  }
}
