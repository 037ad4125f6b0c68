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
import org.sqlite.SQLiteConfig.SynchronousMode;

/**
 * Blocks on disk, within a bound. A power failure may take the last ones. A file that turns out to
 * be damaged is replaced by an empty one: blocks can be made again.
 */
final class DiskBlockStore implements BlockStore {
  private static final Logger log = LoggerFactory.getLogger(DiskBlockStore.class);

  private static final String NAME = "blocks on disk";

  /** Bytes lie apart: a life that grows must not write them again. */
  private static final List<String> SCHEMA =
      List.of(
          "create table if not exists lives (row integer primary key, id blob not null,"
              + " size integer not null, tokens integer not null, expires integer not null,"
              + " used_at real not null)",
          "create table if not exists blocks (row integer primary key, bytes blob not null)");

  /** Rows that are deleted in one transaction: their bytes go through the log as zeros. */
  private static final int MOST_DELETED = 32;

  private final Path file;
  private final long maxBytes;
  private final InstantSource clock;
  private final BlockIndex index;
  private final HeldClaims claims;
  private final Database database;
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
    this.file = file;
    this.maxBytes = maxBytes;
    this.clock = clock;
    this.index = new BlockIndex(maxBytes);
    this.claims = new HeldClaims(clock);
    this.database = openOrReplace();
    load();
  }

  private Database openOrReplace() throws SQLException {
    try {
      return new Database(NAME, file, SynchronousMode.NORMAL, SCHEMA);
    } catch (SQLException failure) {
      if (!SqliteProblems.isDamage(failure)) {
        throw failure;
      }
      warnOfDamage(failure);
      Database.delete(file);
      return new Database(NAME, file, SynchronousMode.NORMAL, SCHEMA);
    }
  }

  private void load() throws InterruptedException {
    try {
      database.read(
          session ->
              session.query(
                  "select row, id, size, tokens, expires, used_at from lives",
                  row -> {
                    index.add(
                        LatentId.of(row.getBytes(2)),
                        row.getInt(3),
                        row.getInt(4),
                        new Life(
                            row.getLong(1),
                            Instant.ofEpochMilli(row.getLong(5)),
                            row.getDouble(6)));
                    return true;
                  }));
      index.forgetExpired(clock.instant());
      index.shrink();
      deleteSurplus();
    } catch (StatusRuntimeException | IllegalArgumentException failure) {
      replaceIfDamaged(failure);
    }
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
    int bytes = block.bytes().length;
    long size = BlockIndex.sizeOf(bytes);
    if (size > maxBytes) {
      throw Problems.tooLarge(
          "block " + id, size + " bytes", "at most " + maxBytes + ", the whole store");
    }
    changing.lockInterruptibly();
    try {
      Life life = index.makeRoom(id, bytes, until);
      List<Long> last = deleteSurplusBut(MOST_DELETED);
      database.write(
          session -> {
            delete(session, last);
            session.update(
                "insert or replace into lives values (?, ?, ?, ?, ?, ?)",
                life.row(),
                id.bytes(),
                bytes,
                block.tokens(),
                millis(life.expires()),
                life.usedAt());
            session.update(
                "insert or replace into blocks values (?, ?)", life.row(), block.bytes());
            return true;
          });
      index.deleted(last);
      synchronized (claims) {
        index.add(id, bytes, block.tokens(), life);
        claims.end(id);
      }
    } catch (StatusRuntimeException failure) {
      replaceIfDamaged(failure);
      throw failure;
    } finally {
      changing.unlock();
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
      return database
          .read(
              session ->
                  Optional.ofNullable(
                      session.bytes("select bytes from blocks where row = ?", row.getAsLong())))
          .orElse(null);
    } catch (StatusRuntimeException failure) {
      replaceIfDamaged(failure);
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
      database.carryOver();
    } catch (StatusRuntimeException failure) {
      replaceIfDamaged(failure);
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
    return NAME;
  }

  @Override
  public boolean ready() {
    return database.isOpen();
  }

  @Override
  public void close() {
    database.close();
  }

  /** Returns the bytes taken, with what the rows take. */
  long usedBytes() {
    return index.usedBytes();
  }

  /** Whoever is changing something deletes what has expired as well. */
  private void sweep() throws InterruptedException {
    index.forgetExpired(clock.instant());
    if (!index.surplus().isEmpty() && changing.tryLock()) {
      try {
        deleteSurplus();
      } catch (StatusRuntimeException failure) {
        log.warn("{}: what has expired can't be deleted now: {}", file, failure.getMessage());
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
      database.write(
          session -> {
            for (Life life : lives) {
              session.update(
                  "update lives set expires = ?, used_at = ? where row = ?",
                  millis(life.expires()),
                  life.usedAt(),
                  life.row());
            }
            return true;
          });
    } catch (StatusRuntimeException failure) {
      log.warn("{}: use of {} blocks not written: {}", file, lives.size(), failure.getMessage());
    }
  }

  private void deleteSurplus() throws InterruptedException {
    deleteSurplusBut(0);
  }

  /** Deletes rows until at most so many are left; returns those. */
  private List<Long> deleteSurplusBut(int most) throws InterruptedException {
    List<Long> rows = index.surplus();
    while (rows.size() > most) {
      List<Long> some = rows.subList(0, Math.min(rows.size(), MOST_DELETED));
      database.write(
          session -> {
            delete(session, some);
            return true;
          });
      index.deleted(some);
      rows = rows.subList(some.size(), rows.size());
    }
    return rows;
  }

  private static void delete(Session session, List<Long> rows) throws SQLException {
    for (long row : rows) {
      session.update("delete from lives where row = ?", row);
      session.update("delete from blocks where row = ?", row);
    }
  }

  /** Throws what is no damage. */
  private void replaceIfDamaged(RuntimeException failure) {
    if (failure instanceof StatusRuntimeException problem
        && problem.getStatus().getCode() != Status.Code.DATA_LOSS) {
      throw problem;
    }
    changing.lock();
    try {
      warnOfDamage(failure);
      index.clear();
      database.startOver();
    } catch (SQLException again) {
      throw SqliteProblems.of(NAME, again);
    } finally {
      changing.unlock();
    }
  }

  private void warnOfDamage(Exception failure) {
    log.warn(
        "{}: damaged, replaced by an empty file; blocks are made again: {}",
        file,
        failure.getMessage());
  }

  private static long millis(Instant time) {
    return time.toEpochMilli();
  }
}
