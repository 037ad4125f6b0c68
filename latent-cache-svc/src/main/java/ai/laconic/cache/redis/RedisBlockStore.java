package ai.laconic.cache.redis;

import ai.laconic.cache.store.BlockStore;
import ai.laconic.cache.store.Claims;
import ai.laconic.cache.store.StoredBlock;
import ai.laconic.runtime.latent.LatentId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;

/** Keeps blocks in Redis. Each is a key of its own, wherever its slot is. Ready while Redis is. */
public final class RedisBlockStore implements BlockStore {
  private final RedisLink link;
  private final BlockWrites writes;
  private final BlockReads reads;
  private volatile OptionalLong maxBytes = OptionalLong.empty();

  /** Needs no Redis yet: it connects when it is first used. */
  public RedisBlockStore(RedisSettings settings) {
    this.link = new RedisLink(settings);
    this.writes = new BlockWrites(link);
    this.reads = new BlockReads(link);
  }

  @Override
  public List<LatentId> findMissing(Collection<LatentId> ids, Duration ttl)
      throws InterruptedException {
    byte[] millis = RedisKeys.number(Millis.of(ttl));
    List<LatentId> distinct = distinct(ids);
    List<Long> found =
        link.run(
            distinct.stream()
                .map(id -> BlockScripts.EXTEND.on(List.of(RedisKeys.block(id)), millis))
                .toList());
    return chosen(distinct, found, 0);
  }

  @Override
  public Claims claimMissing(Collection<LatentId> ids, String holder, Duration lease, Duration ttl)
      throws InterruptedException {
    byte[] millis = RedisKeys.number(Millis.of(ttl));
    byte[] name = RedisKeys.ascii(holder);
    byte[] leaseMillis = RedisKeys.number(Millis.of(lease));
    List<LatentId> distinct = distinct(ids);
    List<Long> outcomes =
        link.run(
            distinct.stream()
                .map(
                    id ->
                        BlockScripts.CLAIM.on(
                            List.of(RedisKeys.block(id), RedisKeys.claim(id)),
                            millis,
                            name,
                            leaseMillis))
                .toList());
    return new Claims(
        chosen(distinct, outcomes, BlockScripts.CLAIMED),
        chosen(distinct, outcomes, BlockScripts.HELD));
  }

  private static List<LatentId> distinct(Collection<LatentId> ids) {
    return List.copyOf(new LinkedHashSet<>(ids));
  }

  private static List<LatentId> chosen(List<LatentId> ids, List<Long> outcomes, long outcome) {
    List<LatentId> chosen = new ArrayList<>();
    for (int i = 0; i < ids.size(); i++) {
      if (outcomes.get(i) == outcome) {
        chosen.add(ids.get(i));
      }
    }
    return chosen;
  }

  @Override
  public void releaseClaims(Collection<LatentId> ids, String holder) throws InterruptedException {
    byte[] name = RedisKeys.ascii(holder);
    link.run(
        ids.stream()
            .map(id -> BlockScripts.RELEASE.on(List.of(RedisKeys.claim(id)), name))
            .toList());
  }

  @Override
  public void put(Map<LatentId, StoredBlock> blocks, Duration ttl) throws InterruptedException {
    writes.put(blocks, ttl);
  }

  @Override
  public void read(List<LatentId> ids, Reader reader) throws InterruptedException {
    reads.read(ids, reader);
  }

  @Override
  public void removeIfEqual(LatentId id, byte[] damaged) throws InterruptedException {
    link.write(
        List.of(
            BlockScripts.REMOVE_IF_EQUAL.on(
                List.of(RedisKeys.block(id)),
                BlockDigest.of(damaged),
                RedisKeys.number(BlockDigest.PIECE))));
  }

  @Override
  public void remove(Collection<LatentId> ids) throws InterruptedException {
    link.write(
        ids.stream().map(id -> BlockScripts.REMOVE.on(List.of(RedisKeys.block(id)))).toList());
  }

  /** What Redis said when it was asked whether it serves. */
  @Override
  public OptionalLong maxBytes() {
    return maxBytes;
  }

  @Override
  public String name() {
    return link.name();
  }

  @Override
  public boolean ready() {
    boolean ready = link.answers();
    if (ready) {
      CompletableFuture<Void> unused = link.maxMemory().thenAccept(limit -> maxBytes = limit);
    }
    return ready;
  }

  @Override
  public void close() {
    link.close();
  }
}
