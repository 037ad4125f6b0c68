package ai.laconic.cache.memory;

import ai.laconic.cache.store.ContextKey;
import ai.laconic.cache.store.ContextPage;
import ai.laconic.cache.store.ContextWriter;
import ai.laconic.cache.store.LatentStore;
import ai.laconic.cache.store.ListPosition;
import ai.laconic.cache.store.Manifest;
import ai.laconic.runtime.latent.LatentId;
import ai.laconic.servicekit.tenant.TenantId;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Keeps everything on the heap, within a bound. One lock for all: nothing under it is longer than a
 * few steps through maps, bytes are not copied.
 */
public final class InMemoryLatentStore implements LatentStore {
  private final InstantSource clock;
  private final MemoryBudget budget;
  // In order of use, the longest unused first.
  private final Map<LatentId, byte[]> blocks = new LinkedHashMap<>(16, 0.75f, true);
  private final Expiries<LatentId> blockExpiries = new Expiries<>();
  private final InMemoryContexts contexts;

  /**
   * @param maxBytes bound on everything together
   * @param clock tells what has expired
   */
  public InMemoryLatentStore(long maxBytes, InstantSource clock) {
    this.clock = clock;
    this.budget = new MemoryBudget(maxBytes);
    this.contexts = new InMemoryContexts(budget);
  }

  @Override
  public synchronized List<LatentId> findMissing(List<LatentId> ids, Duration ttl) {
    forgetExpired();
    Set<LatentId> missing = new LinkedHashSet<>();
    for (LatentId id : ids) {
      if (blocks.get(id) == null) {
        missing.add(id);
      } else {
        blockExpiries.extend(id, clock.instant().plus(ttl));
      }
    }
    return List.copyOf(missing);
  }

  @Override
  public synchronized void putBlock(LatentId id, byte[] encoded, Duration ttl) {
    forgetExpired();
    byte[] before = blocks.get(id);
    if (before != null && before.length == encoded.length) {
      blocks.put(id, encoded);
    } else {
      // The bytes of the one before are free only once the new one is sure to fit.
      take("block " + id, MemoryBudget.sizeOf(encoded.length));
      byte[] replaced = blocks.put(id, encoded);
      if (replaced != null) {
        budget.release(MemoryBudget.sizeOf(replaced.length));
      }
    }
    blockExpiries.extend(id, clock.instant().plus(ttl));
  }

  @Override
  public synchronized int[] blockSizes(List<LatentId> ids) {
    forgetExpired();
    return ids.stream()
        .mapToInt(
            id -> {
              byte[] block = blocks.get(id);
              return block == null ? 0 : block.length;
            })
        .toArray();
  }

  @Override
  public synchronized List<Optional<byte[]>> readBlocks(List<LatentId> ids) {
    forgetExpired();
    return ids.stream().map(id -> Optional.ofNullable(blocks.get(id))).toList();
  }

  @Override
  public synchronized void dropBlock(LatentId id, byte[] damaged) {
    if (Arrays.equals(blocks.get(id), damaged)) {
      removeBlock(id);
    }
  }

  @Override
  public ContextWriter writeContext(TenantId tenant, Manifest manifest) {
    return new Upload(new ContextKey(tenant, manifest.id()), manifest);
  }

  @Override
  public synchronized Optional<Manifest> findContext(ContextKey key) {
    forgetExpired();
    return contexts.find(key).map(StoredContext::manifest);
  }

  @Override
  public synchronized ContextPage listContexts(
      TenantId tenant, Optional<ListPosition> after, int limit) {
    forgetExpired();
    return contexts.list(tenant, after, limit);
  }

  @Override
  public synchronized boolean removeContext(ContextKey key) {
    forgetExpired();
    return contexts.remove(key);
  }

  @Override
  public synchronized List<Optional<byte[]>> readTexts(ContextKey key, List<Integer> segments) {
    forgetExpired();
    Map<Integer, byte[]> texts = contexts.find(key).map(StoredContext::texts).orElse(Map.of());
    return segments.stream().map(segment -> Optional.ofNullable(texts.get(segment))).toList();
  }

  @Override
  public String name() {
    return "memory";
  }

  @Override
  public boolean ready() {
    return true;
  }

  @Override
  public synchronized void close() {
    new ArrayList<>(blocks.keySet()).forEach(this::removeBlock);
    contexts.clear();
  }

  /** Returns the bytes taken, what the store needs for itself included. */
  synchronized long usedBytes() {
    return budget.used();
  }

  private void forgetExpired() {
    for (Optional<LatentId> id = blockExpiries.pollExpired(clock.instant());
        id.isPresent();
        id = blockExpiries.pollExpired(clock.instant())) {
      removeBlock(id.get());
    }
    contexts.forgetExpired(clock.instant());
  }

  private void take(String what, long bytes) {
    budget.reserve(what, bytes, this::evictBlock);
  }

  private boolean evictBlock() {
    Iterator<LatentId> longestUnused = blocks.keySet().iterator();
    if (!longestUnused.hasNext()) {
      return false;
    }
    removeBlock(longestUnused.next());
    return true;
  }

  private void removeBlock(LatentId id) {
    byte[] removed = blocks.remove(id);
    if (removed != null) {
      budget.release(MemoryBudget.sizeOf(removed.length));
    }
    blockExpiries.remove(id);
  }

  /** Its texts take room from the first on, so that uploads can't exceed the bound either. */
  private final class Upload implements ContextWriter {
    private final ContextKey key;
    private final Manifest manifest;
    private final Map<Integer, byte[]> texts = new LinkedHashMap<>();
    private long bytes;
    private boolean committed;

    Upload(ContextKey key, Manifest manifest) {
      this.key = key;
      this.manifest = manifest;
    }

    @Override
    public void addText(int segment, byte[] utf8) {
      takeMore("text of segment " + segment, utf8.length);
      texts.put(segment, utf8);
    }

    @Override
    public void commit() {
      synchronized (InMemoryLatentStore.this) {
        takeMore("manifest of " + key.id(), manifest.message().getSerializedSize());
        committed = contexts.put(key, new StoredContext(manifest, Map.copyOf(texts), bytes));
      }
    }

    private void takeMore(String what, long payload) {
      synchronized (InMemoryLatentStore.this) {
        forgetExpired();
        take(what, MemoryBudget.sizeOf(payload));
        bytes += MemoryBudget.sizeOf(payload);
      }
    }

    @Override
    public void close() {
      synchronized (InMemoryLatentStore.this) {
        if (!committed) {
          budget.release(bytes);
          bytes = 0;
        }
      }
    }
  }
}
