package ai.laconic.cache.service;

import ai.laconic.cache.SettableClock;
import ai.laconic.cache.memory.InMemoryLatentStore;
import ai.laconic.cache.store.ContextKey;
import ai.laconic.cache.store.ContextPage;
import ai.laconic.cache.store.ContextWriter;
import ai.laconic.cache.store.LatentStore;
import ai.laconic.cache.store.ListPosition;
import ai.laconic.cache.store.Manifest;
import ai.laconic.runtime.latent.LatentId;
import ai.laconic.servicekit.tenant.TenantId;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/** A store that counts what is read from it and which uploads are open, and can lose things. */
final class WatchedStore implements LatentStore {
  private final InMemoryLatentStore store;
  final AtomicInteger blocksRead = new AtomicInteger();
  final AtomicInteger largestRead = new AtomicInteger();
  final AtomicInteger openUploads = new AtomicInteger();
  volatile boolean losesTexts;
  volatile boolean losesBlocksAfterTheFirstLook;

  WatchedStore(SettableClock clock) {
    this.store = new InMemoryLatentStore(256 << 20, clock);
  }

  @Override
  public List<LatentId> findMissing(List<LatentId> ids, Duration ttl) {
    return store.findMissing(ids, ttl);
  }

  @Override
  public void putBlock(LatentId id, byte[] encoded, Duration ttl) {
    store.putBlock(id, encoded, ttl);
  }

  @Override
  public int[] blockSizes(List<LatentId> ids) {
    return store.blockSizes(ids);
  }

  @Override
  public List<Optional<byte[]>> readBlocks(List<LatentId> ids) {
    blocksRead.addAndGet(ids.size());
    List<Optional<byte[]>> blocks =
        losesBlocksAfterTheFirstLook
            ? ids.stream().map(id -> Optional.<byte[]>empty()).toList()
            : store.readBlocks(ids);
    int bytes = blocks.stream().mapToInt(block -> block.map(b -> b.length).orElse(0)).sum();
    largestRead.accumulateAndGet(bytes, Math::max);
    return blocks;
  }

  @Override
  public void dropBlock(LatentId id, byte[] damaged) {
    store.dropBlock(id, damaged);
  }

  @Override
  public ContextWriter writeContext(TenantId tenant, Manifest manifest) {
    ContextWriter writer = store.writeContext(tenant, manifest);
    openUploads.incrementAndGet();
    return new ContextWriter() {
      @Override
      public void addText(int segment, byte[] utf8) throws InterruptedException {
        writer.addText(segment, utf8);
      }

      @Override
      public void commit() throws InterruptedException {
        writer.commit();
      }

      @Override
      public void close() {
        writer.close();
        openUploads.decrementAndGet();
      }
    };
  }

  @Override
  public Optional<Manifest> findContext(ContextKey key) {
    return store.findContext(key);
  }

  @Override
  public ContextPage listContexts(TenantId tenant, Optional<ListPosition> after, int limit) {
    return store.listContexts(tenant, after, limit);
  }

  @Override
  public boolean removeContext(ContextKey key) {
    return store.removeContext(key);
  }

  @Override
  public List<Optional<byte[]>> readTexts(ContextKey key, List<Integer> segments) {
    List<Optional<byte[]>> texts = store.readTexts(key, segments);
    int bytes = texts.stream().mapToInt(text -> text.map(b -> b.length).orElse(0)).sum();
    largestRead.accumulateAndGet(bytes, Math::max);
    return losesTexts ? texts.stream().map(text -> Optional.<byte[]>empty()).toList() : texts;
  }

  @Override
  public String name() {
    return store.name();
  }

  @Override
  public boolean ready() {
    return store.ready();
  }

  @Override
  public void close() {
    store.close();
  }
}
