package ai.laconic.cache.memory;

import static ai.laconic.cache.memory.Sizes.sizeOf;

import ai.laconic.cache.store.BufferedTransaction;
import ai.laconic.cache.store.ContextStore;
import ai.laconic.cache.store.Partition;
import ai.laconic.cache.store.Snapshot;
import ai.laconic.cache.store.StoredRecord;
import ai.laconic.servicekit.error.Problems;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Keeps records and texts on the heap, within a bound. One transaction of a partition at a time.
 */
public final class HeapContextStore implements ContextStore {
  private static final Duration RETRY_AFTER = Duration.ofSeconds(30);

  private final long maxBytes;
  private final AtomicLong used = new AtomicLong();
  private final Map<Partition, Content> partitions = new ConcurrentHashMap<>();

  /**
   * @param maxBytes bound on everything together, with what the maps take
   */
  public HeapContextStore(long maxBytes) {
    if (maxBytes < 1) {
      throw new IllegalArgumentException("max-size: " + maxBytes + " (expected: 1 byte or more)");
    }
    this.maxBytes = maxBytes;
  }

  /** What one partition holds. Guarded by its lock. */
  private static final class Content implements Snapshot {
    final ReentrantLock lock = new ReentrantLock();
    final NavigableMap<String, byte[]> records = new TreeMap<>();
    final Map<String, Map<Integer, byte[]>> texts = new HashMap<>();

    @Override
    public Map<String, byte[]> getAll(Collection<String> keys) {
      Map<String, byte[]> found = new HashMap<>();
      for (String key : keys) {
        byte[] value = records.get(key);
        if (value != null) {
          found.put(key, value);
        }
      }
      return found;
    }

    @Override
    public List<StoredRecord> range(String from, String before, int limit, boolean descending) {
      NavigableMap<String, byte[]> part = records.subMap(from, true, before, false);
      return (descending ? part.descendingMap() : part)
          .entrySet().stream()
              .limit(limit)
              .map(entry -> new StoredRecord(entry.getKey(), entry.getValue()))
              .toList();
    }
  }

  @Override
  public <T> T transact(Partition partition, Work<T> work) throws InterruptedException {
    return run(partition, work, false);
  }

  @Override
  public <T> T read(Partition partition, Work<T> work) throws InterruptedException {
    return run(partition, work, true);
  }

  private <T> T run(Partition partition, Work<T> work, boolean readOnly)
      throws InterruptedException {
    Content content = content(partition);
    content.lock.lockInterruptibly();
    try {
      BufferedTransaction transaction = new BufferedTransaction(content, readOnly);
      T result = work.in(transaction);
      apply(content.records, transaction.writes());
      return result;
    } finally {
      content.lock.unlock();
    }
  }

  private void apply(Map<String, byte[]> records, Map<String, Optional<byte[]>> writes) {
    long more = 0;
    for (Map.Entry<String, Optional<byte[]>> write : writes.entrySet()) {
      more += size(write.getKey(), write.getValue().orElse(null));
      more -= size(write.getKey(), records.get(write.getKey()));
    }
    take(more);
    writes.forEach(
        (key, value) ->
            value.ifPresentOrElse(bytes -> records.put(key, bytes), () -> records.remove(key)));
  }

  private static long size(String key, byte @Nullable [] value) {
    return value == null ? 0 : sizeOf(key.length() + (long) value.length);
  }

  @Override
  public Set<Partition> partitions() {
    return Set.copyOf(partitions.keySet());
  }

  @Override
  public void putTexts(Partition partition, String collection, Map<Integer, byte[]> texts)
      throws InterruptedException {
    Content content = content(partition);
    content.lock.lockInterruptibly();
    try {
      Map<Integer, byte[]> stored =
          content.texts.computeIfAbsent(collection, name -> new HashMap<>());
      long more = 0;
      for (Map.Entry<Integer, byte[]> text : texts.entrySet()) {
        more += size("", text.getValue()) - size("", stored.get(text.getKey()));
      }
      take(more);
      stored.putAll(texts);
    } finally {
      content.lock.unlock();
    }
  }

  @Override
  public void readTexts(
      Partition partition, String collection, List<Integer> numbers, TextReader reader)
      throws InterruptedException {
    Content content = content(partition);
    for (int number : numbers) {
      byte[] text;
      content.lock.lockInterruptibly();
      try {
        text = content.texts.getOrDefault(collection, Map.of()).get(number);
      } finally {
        content.lock.unlock();
      }
      reader.take(number, text);
    }
  }

  @Override
  public void removeTexts(Partition partition, String collection) throws InterruptedException {
    Content content = content(partition);
    content.lock.lockInterruptibly();
    try {
      Map<Integer, byte[]> removed = content.texts.remove(collection);
      if (removed != null) {
        used.addAndGet(-removed.values().stream().mapToLong(text -> size("", text)).sum());
      }
    } finally {
      content.lock.unlock();
    }
  }

  private Content content(Partition partition) {
    return partitions.computeIfAbsent(partition, name -> new Content());
  }

  /** What only makes room always may. */
  private void take(long more) {
    long before = used.getAndUpdate(now -> more <= 0 || now + more <= maxBytes ? now + more : now);
    if (more > 0 && before + more > maxBytes) {
      throw Problems.exhausted(
          "contexts in memory",
          more + " bytes more",
          "at most " + (maxBytes - before) + ", what is left of " + maxBytes,
          RETRY_AFTER);
    }
  }

  /** Returns the bytes taken, with what the maps take. */
  long usedBytes() {
    return used.get();
  }

  @Override
  public String name() {
    return "contexts in memory";
  }

  @Override
  public boolean ready() {
    return true;
  }

  @Override
  public void close() {
    partitions.clear();
  }
}
