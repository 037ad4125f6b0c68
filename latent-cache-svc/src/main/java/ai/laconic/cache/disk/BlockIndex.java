package ai.laconic.cache.disk;

import ai.laconic.cache.eviction.Expiries;
import ai.laconic.cache.eviction.GreedyDualSize;
import ai.laconic.runtime.latent.LatentId;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * Where each block lies, how long it lives and what it is worth, without its bytes. What leaves the
 * index can't be read any more; its row is surplus until somebody deletes it.
 */
final class BlockIndex {
  /** What a row and its entry here take, roughly: many small blocks need a bound too. */
  private static final int ENTRY_BYTES = 512;

  /** Of the time to live: an extension that gains less is not worth a write. */
  private static final int LEAST_GAIN = 16;

  /** What stands in a row beside the bytes of the block. */
  record Life(long row, Instant expires, double usedAt) {}

  private final long maxBytes;
  private final Map<LatentId, Life> written = new HashMap<>();
  private final Expiries<LatentId> expiries = new Expiries<>();
  private final GreedyDualSize<LatentId> values = new GreedyDualSize<>();
  private final Set<Long> surplus = new LinkedHashSet<>();
  private long lastRow;

  BlockIndex(long maxBytes) {
    this.maxBytes = maxBytes;
  }

  /** Returns what a block takes on disk: whole pages, and its row. */
  static long sizeOf(long bytes) {
    long pages = (bytes + Database.PAGE_BYTES - 1) / Database.PAGE_BYTES;
    return pages * Database.PAGE_BYTES + ENTRY_BYTES;
  }

  /** Adds a block as its row has it. */
  synchronized void add(LatentId id, int bytes, int tokens, Life life) {
    Life before = written.put(id, life);
    if (before != null && before.row != life.row) {
      surplus.add(before.row);
    }
    expiries.extend(id, life.expires);
    values.put(id, sizeOf(bytes), tokens, life.usedAt);
    // The one before may have expired while this one was written in its place.
    surplus.remove(life.row);
    lastRow = Math.max(lastRow, life.row);
  }

  /**
   * Makes room for a block that comes in place of what is there under its ID. Returns the life that
   * it will have.
   */
  synchronized Life makeRoom(LatentId id, int bytes, Instant until) {
    Instant expires = expiries.find(id).filter(end -> end.isAfter(until)).orElse(until);
    while (values.bytes() - values.find(id).orElse(0) + sizeOf(bytes) > maxBytes) {
      evict();
    }
    Life before = written.get(id);
    return new Life(before == null ? lastRow + 1 : before.row, expires, values.age());
  }

  /** Evicts what is too much when less may be held than before. */
  synchronized void shrink() {
    while (values.bytes() > maxBytes) {
      evict();
    }
  }

  private void evict() {
    values.evict().ifPresent(this::forget);
  }

  /** Returns the row of a block that is being used; empty if it is not here. */
  synchronized OptionalLong use(LatentId id) {
    Life life = written.get(id);
    if (life == null) {
      return OptionalLong.empty();
    }
    values.use(id);
    return OptionalLong.of(life.row);
  }

  /** Extends the lives of those that are here. Returns the others, each once. */
  synchronized List<LatentId> extend(Collection<LatentId> ids, Instant until) {
    Set<LatentId> missing = new LinkedHashSet<>();
    for (LatentId id : ids) {
      if (written.containsKey(id)) {
        expiries.extend(id, until);
        values.use(id);
      } else {
        missing.add(id);
      }
    }
    return List.copyOf(missing);
  }

  /**
   * Returns the lives that are noticeably longer than their rows say, and takes them as written.
   */
  synchronized List<Life> unwritten(Collection<LatentId> ids, Duration ttl) {
    List<Life> lives = new ArrayList<>();
    for (LatentId id : ids) {
      Life before = written.get(id);
      if (before != null) {
        Life now = life(id, before.row);
        if (before.expires.plus(ttl.dividedBy(LEAST_GAIN)).isBefore(now.expires)) {
          written.put(id, now);
          lives.add(now);
        }
      }
    }
    return lives;
  }

  private Life life(LatentId id, long row) {
    return new Life(row, expiries.find(id).orElseThrow(), values.usedAt(id).orElseThrow());
  }

  /** Forgets a block whose row turned out to be gone, unless it has another one by now. */
  synchronized void lose(LatentId id, long row) {
    Life life = written.get(id);
    if (life != null && life.row == row) {
      remove(List.of(id));
    }
  }

  synchronized void remove(Collection<LatentId> ids) {
    for (LatentId id : ids) {
      values.remove(id);
      forget(id);
    }
  }

  synchronized void forgetExpired(Instant now) {
    for (Optional<LatentId> id = expiries.pollExpired(now);
        id.isPresent();
        id = expiries.pollExpired(now)) {
      values.remove(id.get());
      forget(id.get());
    }
  }

  private void forget(LatentId id) {
    expiries.remove(id);
    Life life = written.remove(id);
    if (life != null) {
      surplus.add(life.row);
    }
  }

  /** Returns rows of blocks that left, at most so many. */
  synchronized List<Long> surplus(int most) {
    return surplus.stream().limit(most).toList();
  }

  /** Forgets rows that were deleted. */
  synchronized void deleted(Collection<Long> rows) {
    surplus.removeAll(rows);
  }

  /** Forgets everything: there are no rows any more. */
  synchronized void clear() {
    remove(List.copyOf(written.keySet()));
    surplus.clear();
  }

  synchronized long usedBytes() {
    return values.bytes();
  }
}
