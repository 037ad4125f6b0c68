package ai.laconic.cache.eviction;

import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Tells which entry of a bounded store is worth least. An entry is worth what its loss would cost,
 * by the bytes that it takes, on top of the age at which it was last used. The age is the worth of
 * the last entry that had to go, so what nobody uses is overtaken, however costly it was. Each step
 * takes time in the logarithm of the entries. Not for many threads at once.
 *
 * <p>Policy: GreedyDual-Size, Cao and Irani, <a
 * href="https://www.usenix.org/conference/usits-97/cost-aware-www-proxy-caching-algorithms">Cost-Aware
 * WWW Proxy Caching Algorithms</a> (1997).
 */
public final class GreedyDualSize<K> {
  /**
   * An entry in its place. Of two that are worth the same, the one goes first that was used first.
   */
  private record Entry<K>(K key, long bytes, long cost, double age, long use) {
    double worth() {
      return age + (double) cost / bytes;
    }
  }

  private final Map<K, Entry<K>> byKey = new HashMap<>();
  private final TreeSet<Entry<K>> leastFirst =
      new TreeSet<>(
          Comparator.<Entry<K>>comparingDouble(Entry::worth).thenComparingLong(Entry::use));
  private long bytes;
  private double age;
  private long uses;

  /** Adds an entry, or replaces it, as used now. */
  public void put(K key, long bytes, long cost) {
    put(key, bytes, cost, age);
  }

  /**
   * Adds an entry, or replaces it, as it was when the store was last open. Age goes on from the
   * highest.
   *
   * @param bytes at least 1
   * @param cost of its loss, 0 or more, in any unit
   * @param usedAt {@link #age()} when it was used last
   */
  public void put(K key, long bytes, long cost, double usedAt) {
    if (bytes < 1) {
      throw new IllegalArgumentException("bytes: " + bytes + " (expected: at least 1)");
    }
    if (cost < 0) {
      throw new IllegalArgumentException("cost: " + cost + " (expected: 0 or more)");
    }
    if (!(usedAt >= 0 && Double.isFinite(usedAt))) {
      throw new IllegalArgumentException("usedAt: " + usedAt + " (expected: 0 or more)");
    }
    remove(key);
    age = Math.max(age, usedAt);
    add(new Entry<>(key, bytes, cost, usedAt, uses++));
  }

  /** Makes an entry worth as much as a new one; fine if there is none. */
  public void use(K key) {
    Entry<K> entry = take(key);
    if (entry != null) {
      add(new Entry<>(key, entry.bytes, entry.cost, age, uses++));
    }
  }

  /** Removes an entry that goes for another reason than room; fine if there is none. */
  public void remove(K key) {
    take(key);
  }

  /** Removes and returns the entry that is worth least; empty if there is none. */
  public Optional<K> evict() {
    if (leastFirst.isEmpty()) {
      return Optional.empty();
    }
    Entry<K> least = leastFirst.first();
    remove(least.key);
    age = Math.max(age, least.worth());
    return Optional.of(least.key);
  }

  /** Returns the bytes of an entry; empty if there is none. */
  public OptionalLong find(K key) {
    Entry<K> entry = byKey.get(key);
    return entry == null ? OptionalLong.empty() : OptionalLong.of(entry.bytes);
  }

  /** Returns the {@link #age()} when an entry was used last; empty if there is none. */
  public OptionalDouble usedAt(K key) {
    Entry<K> entry = byKey.get(key);
    return entry == null ? OptionalDouble.empty() : OptionalDouble.of(entry.age);
  }

  /** Returns the bytes of all entries. */
  public long bytes() {
    return bytes;
  }

  /** Returns what an entry must be worth more than, to stay: never less than before. */
  public double age() {
    return age;
  }

  private void add(Entry<K> entry) {
    byKey.put(entry.key, entry);
    leastFirst.add(entry);
    bytes += entry.bytes;
  }

  private @Nullable Entry<K> take(K key) {
    @Nullable Entry<K> entry = byKey.remove(key);
    if (entry != null) {
      leastFirst.remove(entry);
      bytes -= entry.bytes;
    }
    return entry;
  }
}
