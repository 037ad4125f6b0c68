package ai.laconic.cache.eviction;

import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** When each key expires, soonest first. Not for many threads at once. */
public final class Expiries<K> {
  private record Entry<K>(Instant at, long number, K key) implements Comparable<Entry<K>> {
    @Override
    public int compareTo(Entry<K> other) {
      int byTime = at.compareTo(other.at);
      return byTime != 0 ? byTime : Long.compare(number, other.number);
    }
  }

  private final TreeSet<Entry<K>> soonestFirst = new TreeSet<>();
  private final Map<K, Entry<K>> byKey = new HashMap<>();
  private long numbers;

  /**
   * Moves a key's time to {@code at} unless it is later already, or the key is new.
   *
   * @return whether it moved
   */
  public boolean extend(K key, Instant at) {
    Entry<K> entry = byKey.get(key);
    if (entry != null && !entry.at.isBefore(at)) {
      return false;
    }
    remove(key);
    Entry<K> extended = new Entry<>(at, numbers++, key);
    byKey.put(key, extended);
    soonestFirst.add(extended);
    return true;
  }

  /** Returns when a key expires; empty if it is unknown. */
  public Optional<Instant> find(K key) {
    return Optional.ofNullable(byKey.get(key)).map(Entry::at);
  }

  public void remove(K key) {
    @Nullable Entry<K> entry = byKey.remove(key);
    if (entry != null) {
      soonestFirst.remove(entry);
    }
  }

  /** Removes and returns a key whose time has come. */
  public Optional<K> pollExpired(Instant now) {
    if (soonestFirst.isEmpty() || soonestFirst.first().at.isAfter(now)) {
      return Optional.empty();
    }
    K key = soonestFirst.first().key;
    remove(key);
    return Optional.of(key);
  }
}
