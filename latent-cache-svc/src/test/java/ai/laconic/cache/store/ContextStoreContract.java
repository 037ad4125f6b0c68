package ai.laconic.cache.store;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.laconic.servicekit.tenant.TenantId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What every store of contexts does. */
public abstract class ContextStoreContract {
  private static final Partition ACME = Partition.of(new TenantId("acme"));
  private static final Partition OTHER = Partition.of(new TenantId("other"));

  private StoreHarness harness;
  private ContextStore contexts;

  /** Returns stores that are empty, with room for at least 64 MiB. */
  protected abstract StoreHarness open() throws Exception;

  @BeforeEach
  void begin() throws Exception {
    harness = open();
    contexts = harness.contexts();
  }

  @AfterEach
  void end() throws Exception {
    harness.close();
  }

  @Test
  void aTransactionSeesWhatItWrote() throws Exception {
    put(ACME, "a/2", "old");
    List<String> seen =
        contexts.transact(
            ACME,
            transaction -> {
              transaction.put("a/1", bytes("one"));
              transaction.put("a/3", bytes("three"));
              transaction.remove("a/2");
              transaction.put("a/3", bytes("drei"));
              return range(transaction, "a/", "a0", 10, false);
            });

    assertThat(seen).containsExactly("a/1=one", "a/3=drei");
    assertThat(all(ACME)).containsExactly("a/1=one", "a/3=drei");
    assertThat(all(OTHER)).isEmpty();
  }

  @Test
  void aTransactionThatThrowsChangesNothing() throws Exception {
    put(ACME, "a", "old");

    assertThatThrownBy(
            () ->
                contexts.transact(
                    ACME,
                    transaction -> {
                      transaction.put("a", bytes("new"));
                      transaction.put("b", bytes("new"));
                      throw new IllegalArgumentException("no");
                    }))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("no");

    assertThat(all(ACME)).containsExactly("a=old");
  }

  @Test
  void readingsCannotWrite() {
    assertThatThrownBy(
            () ->
                contexts.read(
                    ACME,
                    transaction -> {
                      transaction.remove("a");
                      return true;
                    }))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void rangesAreInOrderAndLimited() throws Exception {
    for (String key : List.of("k/10", "k/2", "k/1", "k0", "j/9", "k/", "k/1/x", "K/1")) {
      put(ACME, key, key);
    }

    contexts.read(
        ACME,
        transaction -> {
          assertThat(keys(transaction.range("k/", "k0", 10)))
              .containsExactly("k/", "k/1", "k/1/x", "k/10", "k/2");
          assertThat(keys(transaction.range("k/1", "k/2", 2))).containsExactly("k/1", "k/1/x");
          assertThat(keys(transaction.rangeDown("k/", "k0", 2))).containsExactly("k/2", "k/10");
          assertThat(keys(transaction.rangeDown("k/", "k/2", 2))).containsExactly("k/10", "k/1/x");
          assertThat(transaction.range("k/3", "k/1", 2)).isEmpty();
          return true;
        });
  }

  @Test
  void valuesMayBeEmptyAndLarge() throws Exception {
    byte[] large = Ids.bytes(1, 3 << 20);
    contexts.transact(
        ACME,
        transaction -> {
          transaction.put("empty", new byte[0]);
          transaction.put("large", large);
          return true;
        });

    Map<String, byte[]> found =
        contexts.read(ACME, transaction -> transaction.getAll(List.of("empty", "none", "large")));
    assertThat(found).containsOnlyKeys("empty", "large");
    assertThat(found.get("empty")).isEmpty();
    assertThat(found.get("large")).isEqualTo(large);
  }

  @Test
  void aTransactionMayBeLarge() throws Exception {
    contexts.transact(
        ACME,
        transaction -> {
          IntStream.range(0, 20_000)
              .forEach(i -> transaction.put("block/" + (100_000 + i), bytes("1")));
          return true;
        });

    assertThat(count("block/", "block0")).isEqualTo(20_000);
    List<String> keys = IntStream.range(0, 20_000).mapToObj(i -> "block/" + (100_000 + i)).toList();
    Map<String, byte[]> found = contexts.read(ACME, transaction -> transaction.getAll(keys));
    assertThat(found).hasSize(20_000);
  }

  @Test
  void noUpdateIsLostAmongMany() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(6);
    try {
      List<Callable<Boolean>> work = new ArrayList<>();
      for (int i = 0; i < 6; i++) {
        work.add(
            () -> {
              for (int j = 0; j < 20; j++) {
                contexts.transact(
                    ACME,
                    transaction -> {
                      long count =
                          transaction.get("count").map(ContextStoreContract::number).orElse(0L);
                      transaction.put("count", bytes(Long.toString(count + 1)));
                      transaction.put("mark/" + count, bytes("x"));
                      return true;
                    });
              }
              return true;
            });
      }
      for (Future<Boolean> one : threads.invokeAll(work)) {
        one.get();
      }
    } finally {
      threads.shutdownNow();
    }
    long last = contexts.read(ACME, transaction -> number(transaction.get("count").orElseThrow()));
    assertThat(last).isEqualTo(120);
    assertThat(count("mark/", "mark0")).isEqualTo(120);
  }

  @Test
  void knowsItsPartitions() throws Exception {
    put(ACME, "a", "1");
    put(Partition.PUBLIC, "a", "1");

    assertThat(contexts.partitions()).contains(ACME, Partition.PUBLIC);
  }

  @Test
  void textsComeBackInTheOrderAskedFor() throws Exception {
    contexts.putTexts(ACME, "ext_1", Map.of(0, bytes("null"), 2, bytes("zwei")));
    contexts.putTexts(ACME, "ext_1", Map.of(1, bytes("eins")));
    contexts.putTexts(ACME, "ext_2", Map.of(0, bytes("other")));
    contexts.putTexts(OTHER, "ext_1", Map.of(0, bytes("theirs")));

    assertThat(texts(ACME, "ext_1", 2, 0, 3, 1, 0))
        .containsExactly("zwei", "null", null, "eins", "null");

    contexts.removeTexts(ACME, "ext_1");
    contexts.removeTexts(ACME, "ext_9");
    assertThat(texts(ACME, "ext_1", 0, 1, 2)).containsExactly(null, null, null);
    assertThat(texts(ACME, "ext_2", 0)).containsExactly("other");
    assertThat(texts(OTHER, "ext_1", 0)).containsExactly("theirs");
  }

  @Test
  void textsMayBeMany() throws Exception {
    Map<Integer, byte[]> texts = new TreeMap<>();
    IntStream.range(0, 3000).forEach(i -> texts.put(i, Ids.bytes(i, 2000)));
    contexts.putTexts(ACME, "ext_1", texts);

    int[] count = {0};
    contexts.readTexts(
        ACME,
        "ext_1",
        IntStream.range(0, 3000).boxed().toList(),
        (number, text) -> {
          assertThat(text).isEqualTo(texts.get(number));
          count[0]++;
        });
    assertThat(count[0]).isEqualTo(3000);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void behavesAsASortedMap(long seed) throws Exception {
    Random random = new Random(seed);
    NavigableMap<String, String> model = new TreeMap<>();
    for (int step = 0; step < 60; step++) {
      NavigableMap<String, String> after = new TreeMap<>(model);
      boolean fails = random.nextInt(5) == 0;
      int reads = random.nextInt(3);
      long inner = random.nextLong();
      String where = "seed " + seed + ", step " + step;
      try {
        contexts.transact(
            ACME,
            transaction -> {
              after.clear();
              after.putAll(model);
              Random choices = new Random(inner);
              for (int i = 0; i < 1 + choices.nextInt(6); i++) {
                change(transaction, after, choices);
              }
              for (int i = 0; i < reads; i++) {
                compare(transaction, after, choices, where);
              }
              if (fails) {
                throw new IllegalArgumentException("on purpose");
              }
              return true;
            });
        model.clear();
        model.putAll(after);
      } catch (IllegalArgumentException e) {
        assertThat(fails).as(where).isTrue();
      }
      assertThat(all(ACME))
          .as(where)
          .isEqualTo(model.entrySet().stream().map(e -> e.getKey() + "=" + e.getValue()).toList());
    }
  }

  private static void change(Transaction transaction, Map<String, String> after, Random random) {
    String key = key(random);
    if (random.nextInt(3) == 0) {
      transaction.remove(key);
      after.remove(key);
    } else {
      String value = Integer.toString(random.nextInt(100));
      transaction.put(key, bytes(value));
      after.put(key, value);
    }
  }

  private static void compare(
      Transaction transaction, NavigableMap<String, String> model, Random random, String where)
      throws InterruptedException {
    String from = key(random);
    String before = key(random);
    int limit = 1 + random.nextInt(5);
    boolean descending = random.nextBoolean();
    NavigableMap<String, String> part =
        from.compareTo(before) < 0 ? model.subMap(from, true, before, false) : new TreeMap<>();
    assertThat(range(transaction, from, before, limit, descending))
        .as(where)
        .isEqualTo(
            (descending ? part.descendingMap() : part)
                .entrySet().stream()
                    .limit(limit)
                    .map(entry -> entry.getKey() + "=" + entry.getValue())
                    .toList());
  }

  private static String key(Random random) {
    return "k/" + random.nextInt(15);
  }

  private static List<String> range(
      Transaction transaction, String from, String before, int limit, boolean descending)
      throws InterruptedException {
    List<StoredRecord> records =
        descending
            ? transaction.rangeDown(from, before, limit)
            : transaction.range(from, before, limit);
    return records.stream()
        .map(record -> record.key() + "=" + new String(record.value(), US_ASCII))
        .toList();
  }

  private List<String> all(Partition partition) throws InterruptedException {
    return contexts.read(partition, transaction -> range(transaction, "!", "~", 1000, false));
  }

  private int count(String from, String before) throws InterruptedException {
    return contexts.read(ACME, transaction -> transaction.range(from, before, 30_000).size());
  }

  private void put(Partition partition, String key, String value) throws InterruptedException {
    contexts.transact(
        partition,
        transaction -> {
          transaction.put(key, bytes(value));
          return true;
        });
  }

  private List<@Nullable String> texts(Partition partition, String collection, Integer... numbers)
      throws InterruptedException {
    List<@Nullable String> texts = new ArrayList<>();
    contexts.readTexts(
        partition,
        collection,
        List.of(numbers),
        (number, text) -> texts.add(text == null ? null : new String(text, US_ASCII)));
    return texts;
  }

  private static List<String> keys(List<StoredRecord> records) {
    return records.stream().map(StoredRecord::key).toList();
  }

  private static byte[] bytes(String text) {
    return text.getBytes(US_ASCII);
  }

  private static long number(byte[] value) {
    return Long.parseLong(new String(value, US_ASCII));
  }
}
