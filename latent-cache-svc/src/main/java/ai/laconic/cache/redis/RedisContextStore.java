package ai.laconic.cache.redis;

import static java.nio.charset.StandardCharsets.US_ASCII;

import ai.laconic.cache.store.BufferedTransaction;
import ai.laconic.cache.store.ContextStore;
import ai.laconic.cache.store.Partition;
import ai.laconic.servicekit.error.Problems;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Keeps contexts in Redis. A transaction reads, computes, and is applied by one script if nobody
 * else changed its partition meanwhile. Ready while Redis is.
 */
public final class RedisContextStore implements ContextStore {
  /** Partitions that change at once in this process, at most. */
  private static final int LOCKS = 256;

  /** Other processes may come first so often. */
  private static final int ATTEMPTS = 200;

  /** Longest pause before the next attempt. */
  private static final int PAUSE_MILLIS = 20;

  private final RedisLink link;
  private final RedisTexts texts;

  // Those of one process would only come in each other's way.
  private final List<Lock> locks =
      Stream.<Lock>generate(() -> new ReentrantLock(true)).limit(LOCKS).toList();

  /** Needs no Redis yet: it connects when it is first used. */
  public RedisContextStore(RedisSettings settings) {
    this.link = new RedisLink(settings);
    this.texts = new RedisTexts(link);
  }

  @Override
  public <T> T transact(Partition partition, Work<T> work) throws InterruptedException {
    Lock lock = locks.get(Math.floorMod(partition.hashCode(), LOCKS));
    lock.lockInterruptibly();
    try {
      for (int attempt = 1; attempt <= ATTEMPTS; attempt++) {
        Optional<Outcome<T>> outcome = attempt(partition, work);
        if (outcome.isPresent()) {
          return outcome.get().result();
        }
        // Whoever else is at it may finish.
        Thread.sleep(ThreadLocalRandom.current().nextInt(PAUSE_MILLIS));
      }
    } finally {
      lock.unlock();
    }
    throw Problems.unavailable(
        link.name(),
        partition + " changed " + ATTEMPTS + " times meanwhile (expected: a pause)",
        Duration.ofSeconds(1));
  }

  /** Returns empty if another transaction came in between. */
  private <T> Optional<Outcome<T>> attempt(Partition partition, Work<T> work)
      throws InterruptedException {
    RedisSnapshot snapshot = new RedisSnapshot(link, partition);
    BufferedTransaction transaction = new BufferedTransaction(snapshot, false);
    T result;
    try {
      result = work.in(transaction);
    } catch (RuntimeException e) {
      // It may have seen two moments at once.
      if (snapshot.isConsistent()) {
        throw e;
      }
      return Optional.empty();
    }
    boolean applied =
        transaction.writes().isEmpty()
            ? snapshot.isConsistent()
            : commit(partition, snapshot.expected(), transaction.writes());
    return applied ? Optional.of(new Outcome<>(result)) : Optional.empty();
  }

  private boolean commit(Partition partition, String expected, Map<String, Optional<byte[]>> writes)
      throws InterruptedException {
    List<byte[]> removals = new ArrayList<>();
    List<byte[]> puts = new ArrayList<>();
    writes.forEach(
        (key, value) -> {
          if (value.isPresent()) {
            puts.add(RedisKeys.ascii(key));
            puts.add(value.get());
          } else {
            removals.add(RedisKeys.ascii(key));
          }
        });
    List<byte[]> arguments = new ArrayList<>();
    arguments.add(RedisKeys.ascii(expected));
    arguments.add(RedisKeys.ascii(UUID.randomUUID().toString()));
    arguments.add(RedisKeys.ascii(partition.name()));
    arguments.add(RedisKeys.number(removals.size()));
    arguments.addAll(removals);
    arguments.addAll(puts);
    Script.Call commit =
        ContextScripts.COMMIT.on(
            List.of(
                RedisKeys.version(partition),
                RedisKeys.records(partition),
                RedisKeys.order(partition),
                RedisKeys.partitions(partition)),
            arguments.toArray(byte[][]::new));
    return link.write(List.of(commit)).get(0) == 1;
  }

  @Override
  public <T> T read(Partition partition, Work<T> work) throws InterruptedException {
    return work.in(new BufferedTransaction(new RedisSnapshot(link, partition), true));
  }

  @Override
  public Set<Partition> partitions() throws InterruptedException {
    List<@Nullable Set<byte[]>> names =
        link.batch(
            RedisKeys.allPartitions()
                .map(all -> new RedisCommand<>(all, (redis, key) -> redis.smembers(key)))
                .toList());
    Set<Partition> partitions = new TreeSet<>(Comparator.comparing(Partition::name));
    for (Set<byte[]> group : names) {
      if (group != null) {
        group.forEach(name -> partitions.add(partition(new String(name, US_ASCII))));
      }
    }
    return partitions;
  }

  private Partition partition(String name) {
    try {
      return new Partition(name);
    } catch (IllegalArgumentException e) {
      throw RedisProblems.unreadable(link.name(), name);
    }
  }

  @Override
  public void putTexts(Partition partition, String collection, Map<Integer, byte[]> added)
      throws InterruptedException {
    texts.put(RedisKeys.texts(partition, collection), added);
  }

  @Override
  public void readTexts(
      Partition partition, String collection, List<Integer> numbers, TextReader reader)
      throws InterruptedException {
    texts.read(RedisKeys.texts(partition, collection), numbers, reader);
  }

  @Override
  public void removeTexts(Partition partition, String collection) throws InterruptedException {
    link.write(List.of(ContextScripts.REMOVE.on(List.of(RedisKeys.texts(partition, collection)))));
  }

  @Override
  public String name() {
    return link.name();
  }

  @Override
  public boolean ready() {
    return link.answers();
  }

  @Override
  public void close() {
    link.close();
  }

  /** What {@code work} returned, which may be nothing. */
  private record Outcome<T>(T result) {}
}
