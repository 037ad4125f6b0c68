package ai.laconic.cache.disk;

import ai.laconic.cache.disk.BlockIndex.Life;
import ai.laconic.cache.store.BlockStore;
import ai.laconic.cache.store.Claims;
import ai.laconic.cache.store.HeldClaims;
import ai.laconic.cache.store.StoredBlock;
import ai.laconic.runtime.latent.LatentId;
import ai.laconic.servicekit.error.Problems;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Blocks on disk, within a bound. A power failure may take the last ones. A file that turns out to
 * be damaged is replaced by an empty one: blocks can be made again.
 */
final class DiskBlockStore implements BlockStore {
  private static final Logger log = LoggerFactory.getLogger(DiskBlockStore.class);

  /** Rows that are deleted in one transaction: their bytes go through the log as zeros. */
  private static final int MOST_DELETED = 32;

  private final long maxBytes;
  private final InstantSource clock;
  private final BlockIndex index;
  private final HeldClaims claims;
  private final BlockRows rows;
  private final ReentrantLock changing = new ReentrantLock();

  /**
   * @param maxBytes bound on all blocks together, with what their rows take
   * @param clock tells what has expired
   */
  DiskBlockStore(Path file, long maxBytes, InstantSource clock)
      throws SQLException, InterruptedException {
    if (maxBytes < 1) {
      throw new IllegalArgumentException("max-size: " + maxBytes + " (expected: 1 byte or more)");
    }
    this.maxBytes = maxBytes;
    this.clock = clock;
    this.index = new BlockIndex(maxBytes);
    this.claims = new HeldClaims(clock);
    this.rows = BlockRows.open(new DatabaseFile(file));
    try {
      load();
    } catch (InterruptedException | RuntimeException failure) {
      rows.close();
      throw failure;
    }
  }

  private void load() throws InterruptedException {
    try {
      rows.load(index);
    } catch (StatusRuntimeException failure) {
      startOverOrThrow(failure);
    }
    index.shrink();
    sweep();
  }

  @Override
  public List<LatentId> findMissing(Collection<LatentId> ids, Duration ttl)
      throws InterruptedException {
    sweep();
    List<LatentId> missing = index.extend(ids, clock.instant().plus(ttl));
    writeLives(ids, ttl);
    return missing;
  }

  @Override
  public Claims claimMissing(Collection<LatentId> ids, String holder, Duration lease, Duration ttl)
      throws InterruptedException {
    sweep();
    Claims claimed;
    synchronized (claims) {
      claimed = claims.claim(index.extend(ids, clock.instant().plus(ttl)), holder, lease);
    }
    writeLives(ids, ttl);
    return claimed;
  }

  @Override
  public void releaseClaims(Collection<LatentId> ids, String holder) {
    synchronized (claims) {
      claims.release(ids, holder);
    }
  }

  @Override
  public void put(Map<LatentId, StoredBlock> blocks, Duration ttl) throws InterruptedException {
    index.forgetExpired(clock.instant());
    Instant until = clock.instant().plus(ttl);
    for (Map.Entry<LatentId, StoredBlock> block : blocks.entrySet()) {
      put(block.getKey(), block.getValue(), until);
    }
  }

  private void put(LatentId id, StoredBlock block, Instant until) throws InterruptedException {
    long size = BlockIndex.sizeOf(block.bytes().length);
    if (size > maxBytes) {
      throw Problems.tooLarge(
          "block " + id, size + " bytes", "at most " + maxBytes + ", the whole store");
    }
    changing.lockInterruptibly();
    try {
      write(id, block, until);
    } catch (StatusRuntimeException failure) {
      startOverOrThrow(failure);
      write(id, block, until);
    } finally {
      changing.unlock();
    }
  }

  private void write(LatentId id, StoredBlock block, Instant until) throws InterruptedException {
    int bytes = block.bytes().length;
    Life life = index.makeRoom(id, bytes, until);
    List<Long> last = deleteSurplusBut(MOST_DELETED);
    rows.put(id, block, life, last);
    index.deleted(last);
    synchronized (claims) {
      index.add(id, bytes, block.tokens(), life);
      claims.end(id);
    }
  }

  @Override
  public void read(List<LatentId> ids, Reader reader) throws InterruptedException {
    sweep();
    for (LatentId id : ids) {
      reader.take(id, find(id));
    }
  }

  private byte @Nullable [] find(LatentId id) throws InterruptedException {
    OptionalLong row = index.use(id);
    if (row.isEmpty()) {
      return null;
    }
    try {
      Optional<byte[]> bytes = rows.find(row.getAsLong());
      if (bytes.isEmpty()) {
        index.lose(id, row.getAsLong());
      }
      return bytes.orElse(null);
    } catch (StatusRuntimeException failure) {
      startOverOrThrow(failure);
      return null;
    }
  }

  @Override
  public void removeIfEqual(LatentId id, byte[] damaged) throws InterruptedException {
    changing.lockInterruptibly();
    try {
      if (Arrays.equals(find(id), damaged)) {
        index.remove(List.of(id));
        deleteSurplus();
      }
    } finally {
      changing.unlock();
    }
  }

  @Override
  public void remove(Collection<LatentId> ids) throws InterruptedException {
    changing.lockInterruptibly();
    try {
      index.remove(ids);
      deleteSurplus();
      rows.erase();
    } catch (StatusRuntimeException failure) {
      startOverOrThrow(failure);
    } finally {
      changing.unlock();
    }
  }

  @Override
  public OptionalLong maxBytes() {
    return OptionalLong.of(maxBytes);
  }

  @Override
  public String name() {
    return BlockRows.NAME;
  }

  @Override
  public boolean ready() {
    return rows.isOpen();
  }

  @Override
  public void close() {
    rows.close();
  }

  /** Returns the bytes taken, with what the rows take. */
  long usedBytes() {
    return index.usedBytes();
  }

  /** Who changes something deletes all that has expired; who reads has time for some of it. */
  private void sweep() throws InterruptedException {
    index.forgetExpired(clock.instant());
    List<Long> surplus = index.surplus(MOST_DELETED);
    if (!surplus.isEmpty() && changing.tryLock()) {
      try {
        delete(surplus);
      } catch (StatusRuntimeException failure) {
        startOverOrLeave("deletion of blocks that have expired", failure);
      } finally {
        changing.unlock();
      }
    }
  }

  /** That blocks are used is no reason to fail when it can't be written down. */
  private void writeLives(Collection<LatentId> ids, Duration ttl) throws InterruptedException {
    List<Life> lives = index.unwritten(ids, ttl);
    if (lives.isEmpty()) {
      return;
    }
    try {
      rows.update(lives);
    } catch (StatusRuntimeException failure) {
      startOverOrLeave("use of blocks", failure);
    }
  }

  private void deleteSurplus() throws InterruptedException {
    deleteSurplusBut(0);
  }

  /** Deletes rows until at most so many are left; returns those. */
  private List<Long> deleteSurplusBut(int most) throws InterruptedException {
    List<Long> surplus = index.surplus(MOST_DELETED + 1);
    while (surplus.size() > most) {
      delete(surplus);
      surplus = index.surplus(MOST_DELETED + 1);
    }
    return surplus;
  }

  private void delete(List<Long> surplus) throws InterruptedException {
    rows.delete(surplus);
    index.deleted(surplus);
  }

  /** For what can be left undone; whoever puts something is told what is wrong. */
  private void startOverOrLeave(String undone, StatusRuntimeException failure) {
    if (isDamage(failure)) {
      startOver(failure);
    } else {
      log.debug("{} is not written: {}", undone, failure.getMessage());
    }
  }

  private void startOverOrThrow(StatusRuntimeException failure) {
    if (!isDamage(failure)) {
      throw failure;
    }
    startOver(failure);
  }

  private static boolean isDamage(StatusRuntimeException failure) {
    return failure.getStatus().getCode() == Status.Code.DATA_LOSS;
  }

  private void startOver(StatusRuntimeException damage) {
    changing.lock();
    try {
      index.clear();
      rows.startOver(damage);
    } finally {
      changing.unlock();
    }
  }
}
