package ai.laconic.cache.store;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A transaction that keeps its writes to itself until its store applies them. Every store's
 * transactions are of this kind.
 */
public final class BufferedTransaction implements Transaction {
  private final Snapshot snapshot;
  private final boolean readOnly;

  /** Empty for a record that is removed. */
  private final NavigableMap<String, Optional<byte[]>> writes = new TreeMap<>();

  /**
   * @param readOnly whether writes are refused
   */
  public BufferedTransaction(Snapshot snapshot, boolean readOnly) {
    this.snapshot = snapshot;
    this.readOnly = readOnly;
  }

  /** Returns what is to be applied: values by key, empty for a record that is to be removed. */
  public Map<String, Optional<byte[]>> writes() {
    return Collections.unmodifiableMap(writes);
  }

  @Override
  public Optional<byte[]> get(String key) throws InterruptedException {
    return Optional.ofNullable(getAll(List.of(key)).get(key));
  }

  @Override
  public Map<String, byte[]> getAll(Collection<String> keys) throws InterruptedException {
    List<String> unwritten = keys.stream().filter(key -> !writes.containsKey(key)).toList();
    Map<String, byte[]> stored =
        unwritten.isEmpty() ? Map.of() : new HashMap<>(snapshot.getAll(unwritten));
    Map<String, byte[]> found = new LinkedHashMap<>();
    for (String key : keys) {
      byte @Nullable [] value =
          writes.containsKey(key) ? writes.get(key).orElse(null) : stored.get(key);
      if (value != null) {
        found.put(key, value);
      }
    }
    return found;
  }

  @Override
  public List<StoredRecord> range(String from, String before, int limit)
      throws InterruptedException {
    return range(from, before, limit, false);
  }

  @Override
  public List<StoredRecord> rangeDown(String from, String before, int limit)
      throws InterruptedException {
    return range(from, before, limit, true);
  }

  private List<StoredRecord> range(String from, String before, int limit, boolean descending)
      throws InterruptedException {
    if (from.compareTo(before) >= 0) {
      return List.of();
    }
    NavigableMap<String, Optional<byte[]>> written = writes.subMap(from, true, before, false);
    // Each record that is removed here may take one place among those that are stored.
    List<StoredRecord> stored =
        snapshot.range(from, before, Math.addExact(limit, written.size()), descending);
    if (written.isEmpty()) {
      return stored;
    }
    NavigableMap<String, byte[]> merged = new TreeMap<>();
    stored.forEach(record -> merged.put(record.key(), record.value()));
    written.forEach(
        (key, value) -> {
          merged.remove(key);
          value.ifPresent(bytes -> merged.put(key, bytes));
        });
    List<StoredRecord> records = new ArrayList<>();
    (descending ? merged.descendingMap() : merged)
        .forEach((key, value) -> records.add(new StoredRecord(key, value)));
    return records.size() > limit ? records.subList(0, limit) : records;
  }

  @Override
  public void put(String key, byte[] value) {
    write(key, Optional.of(value));
  }

  @Override
  public void remove(String key) {
    write(key, Optional.empty());
  }

  private void write(String key, Optional<byte[]> value) {
    if (readOnly) {
      throw new IllegalStateException("write of " + key + " (expected: reads only)");
    }
    writes.put(key, value);
  }
}
