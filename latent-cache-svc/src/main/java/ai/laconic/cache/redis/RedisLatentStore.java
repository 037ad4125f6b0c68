package ai.laconic.cache.redis;

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
import java.util.List;
import java.util.Optional;

/** Keeps everything in Redis. Ready while Redis answers. */
public final class RedisLatentStore implements LatentStore {
  private static final Duration PING_PATIENCE = Duration.ofSeconds(1);

  private final RedisLink link;
  private final RedisBlocks blocks;
  private final RedisContexts contexts;

  /**
   * Needs no Redis yet: it connects when it is first used.
   *
   * @param uri as Lettuce reads it, such as {@code redis://user:password@host:6379/0}
   * @param commandTimeout longest wait for a connection, and for an answer
   * @param clock tells how long contexts have to live
   */
  public RedisLatentStore(String uri, Duration commandTimeout, InstantSource clock) {
    this.link = new RedisLink(RedisAddress.parse(uri, commandTimeout), commandTimeout);
    this.blocks = new RedisBlocks(link);
    this.contexts = new RedisContexts(link, clock);
  }

  @Override
  public List<LatentId> findMissing(List<LatentId> ids, Duration ttl) throws InterruptedException {
    return blocks.findMissing(ids, ttl);
  }

  @Override
  public void putBlock(LatentId id, byte[] encoded, Duration ttl) throws InterruptedException {
    blocks.put(id, encoded, ttl);
  }

  @Override
  public int[] blockSizes(List<LatentId> ids) throws InterruptedException {
    return blocks.sizes(ids);
  }

  @Override
  public List<Optional<byte[]>> readBlocks(List<LatentId> ids) throws InterruptedException {
    return blocks.read(ids);
  }

  @Override
  public void dropBlock(LatentId id, byte[] damaged) throws InterruptedException {
    blocks.drop(id, damaged);
  }

  @Override
  public ContextWriter writeContext(TenantId tenant, Manifest manifest) {
    return contexts.write(tenant, manifest);
  }

  @Override
  public Optional<Manifest> findContext(ContextKey key) throws InterruptedException {
    return contexts.find(key);
  }

  @Override
  public ContextPage listContexts(TenantId tenant, Optional<ListPosition> after, int limit)
      throws InterruptedException {
    return contexts.list(tenant, after, limit);
  }

  @Override
  public boolean removeContext(ContextKey key) throws InterruptedException {
    return contexts.remove(key);
  }

  @Override
  public List<Optional<byte[]>> readTexts(ContextKey key, List<Integer> segments)
      throws InterruptedException {
    return contexts.texts(key, segments);
  }

  @Override
  public String name() {
    return link.name();
  }

  @Override
  public boolean ready() {
    try {
      return link.answers(PING_PATIENCE);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  @Override
  public void close() {
    link.close();
  }
}
