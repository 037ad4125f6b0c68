package ai.laconic.cache.redis;

import static ai.laconic.cache.store.Ids.block;
import static ai.laconic.cache.store.Ids.bytes;
import static ai.laconic.cache.store.Ids.id;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import ai.laconic.cache.store.ContextStore;
import ai.laconic.cache.store.Ids;
import ai.laconic.cache.store.Partition;
import ai.laconic.cache.store.StoredBlock;
import ai.laconic.cache.store.StoredRecord;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A Redis that is full, or has other things in it than it was given; and several that write. */
class RedisFaultIT {
  private static final Duration HOUR = Duration.ofHours(1);
  private static final Partition ACME = new Partition("tenant:acme");
  private static final int MEGABYTE = 1 << 20;

  private RunningRedis redis;
  private RedisBlockStore blocks;
  private RedisContextStore contexts;

  @BeforeEach
  void open() throws Exception {
    redis = RunningRedis.embedded();
    blocks = new RedisBlockStore(redis.settings());
    contexts = new RedisContextStore(redis.settings());
  }

  @AfterEach
  void close() throws Exception {
    blocks.close();
    contexts.close();
    redis.close();
  }

  @Test
  void keysAreNamedAsThePackageSays() throws Exception {
    blocks.put(Map.of(id(1), block(1, 10)), HOUR);
    blocks.claimMissing(List.of(id(2)), "me", HOUR, HOUR);
    put(contexts, "key", "value");
    contexts.putTexts(ACME, "ext_1", Map.of(0, bytes(1, 10)));

    assertThat(keys())
        .containsExactlyInAnyOrder(
            "laconic:v2:block:{" + id(1).hex() + "}",
            "laconic:v2:claim:{" + id(2).hex() + "}",
            "laconic:v2:records:{522}:tenant:acme",
            "laconic:v2:order:{522}:tenant:acme",
            "laconic:v2:version:{522}:tenant:acme",
            "laconic:v2:texts:{522}:tenant:acme/ext_1",
            "laconic:v2:partitions:{522}");
    assertThat(keys().stream().filter(key -> timeToLive(key) < 0))
        .noneMatch(key -> key.contains("block") || key.contains("claim"))
        .hasSize(5);
  }

  @Test
  void aBlockOf256MegabytesIsStoredAndRead() throws Exception {
    byte[] large = new byte[256 << 20];
    for (int at = 0; at < large.length; at += 1 << 16) {
      large[at] = (byte) (at >> 16);
    }
    large[large.length - 1] = 1;

    blocks.put(Map.of(id(1), new StoredBlock(large, 1000)), HOUR);

    int[] taken = {0};
    blocks.read(
        List.of(id(1)),
        (id, found) -> {
          assertThat(Arrays.equals(found, large)).isTrue();
          taken[0]++;
        });
    assertThat(taken[0]).isEqualTo(1);
    assertThat(keys()).noneMatch(key -> key.contains("staged"));
    blocks.removeIfEqual(id(1), large);
    assertThat(keys()).isEmpty();
  }

  @Test
  void aFullRedisTakesNothingMoreAndCanBeEmptied() throws Exception {
    put(contexts, "a", "1");
    put(contexts, "b", "1");
    redis.inspect(commands -> commands.configSet("maxmemory-policy", "noeviction"));
    redis.inspect(commands -> commands.configSet("maxmemory", "1"));

    assertExhausted(() -> blocks.put(Map.of(id(1), block(1, MEGABYTE)), HOUR));
    assertExhausted(() -> blocks.put(Map.of(id(1), block(1, 9 * MEGABYTE)), HOUR));
    assertExhausted(() -> put(contexts, "c", "1"));
    assertExhausted(() -> contexts.putTexts(ACME, "ext_1", Map.of(0, bytes(1, 10))));
    assertThat(all(contexts)).containsExactly("a=1", "b=1");

    contexts.<Boolean>transact(
        ACME,
        transaction -> {
          transaction.remove("a");
          return true;
        });
    assertThat(all(contexts)).containsExactly("b=1");
    assertThat(keys()).noneMatch(key -> key.contains("block"));
  }

  @Test
  void aRedisThatEvictsTakesOnAndForgets() throws Exception {
    redis.inspect(commands -> commands.configSet("maxmemory-policy", "allkeys-lru"));
    redis.inspect(commands -> commands.configSet("maxmemory", "24mb"));
    await()
        .atMost(RedisProcess.PATIENCE)
        .until(() -> blocks.ready() && blocks.maxBytes().equals(OptionalLong.of(24L << 20)));

    for (int n = 0; n < 60; n++) {
      blocks.put(Map.of(id(n), block(n, MEGABYTE)), HOUR);
    }

    List<Integer> sizes = new ArrayList<>();
    blocks.read(
        IntStream.range(0, 60).mapToObj(Ids::id).toList(),
        (id, found) -> sizes.add(found == null ? 0 : found.length));
    assertThat(sizes).hasSize(60).contains(0, MEGABYTE).containsOnly(0, MEGABYTE);
    assertThat(sizes.get(59)).isEqualTo(MEGABYTE);
  }

  @Test
  void anEmptiedRedisIsAnEmptyStore() throws Exception {
    blocks.put(Map.of(id(1), block(1, 10)), HOUR);
    put(contexts, "a", "1");
    AtomicInteger runs = new AtomicInteger();

    List<String> seen =
        contexts.transact(
            ACME,
            transaction -> {
              List<String> found = strings(transaction.range("!", "~", 10));
              if (runs.getAndIncrement() == 0) {
                redis.flush();
              }
              transaction.put("b", ascii("2"));
              return found;
            });

    assertThat(seen).isEmpty();
    assertThat(runs).hasValue(2);
    assertThat(all(contexts)).containsExactly("b=2");
    assertThat(contexts.partitions()).containsExactly(ACME);
    assertThat(blocks.findMissing(List.of(id(1)), HOUR)).containsExactly(id(1));
  }

  @Test
  void anOldSnapshotIsWhatThereIs() throws Exception {
    put(contexts, "a", "old");
    blocks.put(Map.of(id(1), block(1, 10)), HOUR);
    redis.inspect(commands -> commands.save());
    put(contexts, "a", "new");
    put(contexts, "b", "new");
    blocks.put(Map.of(id(2), block(2, 10)), HOUR);
    AtomicInteger runs = new AtomicInteger();

    contexts.<Boolean>transact(
        ACME,
        transaction -> {
          byte[] found = transaction.get("a").orElseThrow();
          if (runs.getAndIncrement() == 0) {
            restoreSnapshot();
          }
          transaction.put("c", found);
          return true;
        });

    assertThat(runs).hasValue(2);
    assertThat(all(contexts)).containsExactly("a=old", "c=old");
    assertThat(blocks.findMissing(List.of(id(1), id(2)), HOUR)).containsExactly(id(2));
  }

  private void restoreSnapshot() {
    redis.process().kill();
    try {
      redis.restart();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    await().atMost(RedisProcess.PATIENCE).until(contexts::ready);
  }

  @Test
  void whatACrashLeavesOfABlockExpires() throws Exception {
    redis.inspect(commands -> commands.configSet("maxmemory-policy", "noeviction"));
    // Room for the first pieces only.
    redis.inspect(commands -> commands.configSet("maxmemory", "6mb"));

    assertExhausted(() -> blocks.put(Map.of(id(1), block(1, 40 * MEGABYTE)), HOUR));

    assertThat(keys()).allSatisfy(key -> assertThat(timeToLive(key)).isPositive());
    assertThat(blocks.findMissing(List.of(id(1)), HOUR)).containsExactly(id(1));
  }

  @Test
  void severalProcessesLoseNoUpdate() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(4);
    List<RedisContextStore> processes =
        IntStream.range(0, 4).mapToObj(n -> new RedisContextStore(redis.settings())).toList();
    try {
      List<Future<?>> writers = new ArrayList<>();
      for (RedisContextStore process : processes) {
        writers.add(
            threads.submit(
                () -> {
                  for (int i = 0; i < 50; i++) {
                    count(process);
                  }
                  return null;
                }));
      }
      for (Future<?> writer : writers) {
        writer.get();
      }
    } finally {
      threads.shutdownNow();
      processes.forEach(RedisContextStore::close);
    }
    assertThat(all(contexts)).containsExactly("count=200");
  }

  private static void count(ContextStore store) throws InterruptedException {
    store.<Boolean>transact(
        ACME,
        transaction -> {
          int count =
              transaction
                  .get("count")
                  .map(found -> Integer.parseInt(new String(found, US_ASCII)))
                  .orElse(0);
          transaction.put("count", ascii(Integer.toString(count + 1)));
          return true;
        });
  }

  static void put(ContextStore store, String key, String value) throws InterruptedException {
    store.<Boolean>transact(
        ACME,
        transaction -> {
          transaction.put(key, ascii(value));
          return true;
        });
  }

  static List<String> all(ContextStore store) throws InterruptedException {
    return store.read(ACME, transaction -> strings(transaction.range("!", "~", 100)));
  }

  private static List<String> strings(List<StoredRecord> records) {
    return records.stream()
        .map(record -> record.key() + "=" + new String(record.value(), US_ASCII))
        .toList();
  }

  private static byte[] ascii(String text) {
    return text.getBytes(US_ASCII);
  }

  private List<String> keys() {
    return redis.inspect(commands -> commands.keys("*"));
  }

  private long timeToLive(String key) {
    return redis.inspect(commands -> commands.pttl(key));
  }

  private void assertExhausted(ThrowingCallable call) {
    assertThatThrownBy(call)
        .hasMessage(
            "RESOURCE_EXHAUSTED: Redis at 127.0.0.1:%d: out of memory (expected: room below its"
                + " maxmemory)",
            redis.port());
  }
}
