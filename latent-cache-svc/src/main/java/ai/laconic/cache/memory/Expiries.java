package ai.laconic.cache.memory;

import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** When each key expires, soonest first. Not for many threads at once. */
final class Expiries<K> {
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

  void set(K key, Instant at) {
    remove(key);
    Entry<K> entry = new Entry<>(at, numbers++, key);
    byKey.put(key, entry);
    soonestFirst.add(entry);
  }

  /** Moves a key's time to {@code at} unless it is later already, or the key is new. */
  void extend(K key, Instant at) {
    Entry<K> entry = byKey.get(key);
    if (entry == null || entry.at.isBefore(at)) {
      set(key, at);
    }
  }

  void remove(K key) {
    @Nullable Entry<K> entry = byKey.remove(key);
    if (entry != null) {
      soonestFirst.remove(entry);
    }
  }

  /** Removes and returns a key whose time has come. */
  Optional<K> pollExpired(Instant now) {
    if (soonestFirst.isEmpty() || soonestFirst.first().at.isAfter(now)) {
      return Optional.empty();
    }
    K key = soonestFirst.first().key;
    remove(key);
    return Optional.of(key);
  }
}
