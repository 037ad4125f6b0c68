package ai.laconic.cache.store;

import static ai.laconic.cache.store.Ids.block;
import static ai.laconic.cache.store.Ids.bytes;
import static ai.laconic.cache.store.Ids.id;
import static org.assertj.core.api.Assertions.assertThat;

import ai.laconic.runtime.latent.LatentId;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
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

/** What every store of blocks does. */
public abstract class BlockStoreContract {
  protected static final Duration HOUR = Duration.ofHours(1);
  private static final Duration LEASE = Duration.ofSeconds(30);

  private StoreHarness harness;
  private BlockStore blocks;

  /** Returns stores that are empty, with room for at least 64 MiB. */
  protected abstract StoreHarness open() throws Exception;

  @BeforeEach
  void begin() throws Exception {
    harness = open();
    blocks = harness.blocks();
  }

  @AfterEach
  void end() throws Exception {
    harness.close();
  }

  @Test
  void returnsWhatWasPut() throws Exception {
    blocks.put(Map.of(id(1), block(1, 100), id(2), block(2, 70_000)), HOUR);

    assertThat(read(id(2), id(3), id(1), id(2)))
        .containsExactly(bytes(2, 70_000), null, bytes(1, 100), bytes(2, 70_000));
  }

  @Test
  void keepsLargeBlocks() throws Exception {
    blocks.put(Map.of(id(1), block(1, 20 << 20)), HOUR);

    assertThat(read(id(1)).get(0)).isEqualTo(bytes(1, 20 << 20));
  }

  @Test
  void findsWhatIsMissing() throws Exception {
    blocks.put(Map.of(id(1), block(1, 10), id(3), block(3, 10)), HOUR);

    assertThat(blocks.findMissing(List.of(id(4), id(3), id(2), id(4), id(1)), HOUR))
        .containsExactly(id(4), id(2));
    assertThat(blocks.findMissing(List.of(), HOUR)).isEmpty();
  }

  @Test
  void findsManyAtOnce() throws Exception {
    Map<LatentId, StoredBlock> even = new LinkedHashMap<>();
    IntStream.range(0, 2048).forEach(i -> even.put(id(2 * i), block(i, 20)));
    blocks.put(even, HOUR);

    List<LatentId> all = IntStream.range(0, 4096).mapToObj(Ids::id).toList();

    assertThat(blocks.findMissing(all, HOUR))
        .isEqualTo(IntStream.range(0, 2048).mapToObj(i -> id(2 * i + 1)).toList());
    assertThat(read(all.toArray(LatentId[]::new)).stream().filter(found -> found != null))
        .hasSize(2048);
  }

  @Test
  void replacesABlock() throws Exception {
    blocks.put(Map.of(id(1), block(1, 500)), HOUR);
    blocks.put(Map.of(id(1), block(2, 10)), Duration.ofMinutes(1));

    harness.elapse(Duration.ofMinutes(30));
    assertThat(read(id(1))).as("lives as the one before would").containsExactly(bytes(2, 10));
  }

  @Test
  void forgetsWhatHasExpired() throws Exception {
    blocks.put(Map.of(id(1), block(1, 10)), HOUR);
    blocks.put(Map.of(id(2), block(2, 10)), HOUR.multipliedBy(3));

    harness.elapse(HOUR.plusMinutes(1));

    assertThat(blocks.findMissing(List.of(id(1), id(2)), HOUR)).containsExactly(id(1));
    assertThat(read(id(1), id(2))).containsExactly(null, bytes(2, 10));
  }

  @Test
  void beingFoundMakesItLiveLongerAndNeverShorter() throws Exception {
    blocks.put(Map.of(id(1), block(1, 10), id(2), block(2, 10)), HOUR);
    blocks.findMissing(List.of(id(1)), HOUR.multipliedBy(3));
    blocks.findMissing(List.of(id(2)), Duration.ofSeconds(1));

    harness.elapse(Duration.ofMinutes(50));
    assertThat(blocks.findMissing(List.of(id(1), id(2)), Duration.ofSeconds(1))).isEmpty();
    harness.elapse(Duration.ofMinutes(50));
    assertThat(blocks.findMissing(List.of(id(1), id(2)), HOUR)).containsExactly(id(2));
  }

  @Test
  void removesForGood() throws Exception {
    blocks.put(Map.of(id(1), block(1, 10), id(2), block(2, 10)), HOUR);

    blocks.remove(List.of(id(1), id(9)));

    assertThat(read(id(1), id(2))).containsExactly(null, bytes(2, 10));
    blocks.put(Map.of(id(1), block(5, 10)), HOUR);
    assertThat(read(id(1))).containsExactly(bytes(5, 10));
  }

  @Test
  void removesADamagedBlockAndNotItsSuccessor() throws Exception {
    blocks.put(Map.of(id(1), block(1, 10)), HOUR);
    blocks.removeIfEqual(id(1), bytes(2, 10));
    assertThat(read(id(1))).containsExactly(bytes(1, 10));

    blocks.removeIfEqual(id(1), bytes(1, 10));
    assertThat(read(id(1)).get(0)).isNull();
  }

  @Test
  void oneOfManyGetsAClaim() throws Exception {
    blocks.put(Map.of(id(1), block(1, 10)), HOUR);
    List<LatentId> ids = List.of(id(1), id(2), id(3));

    Claims first = blocks.claimMissing(ids, "first", LEASE, HOUR);
    Claims second = blocks.claimMissing(List.of(id(2), id(4)), "second", LEASE, HOUR);

    assertThat(first).isEqualTo(new Claims(List.of(id(2), id(3)), List.of()));
    assertThat(second).isEqualTo(new Claims(List.of(id(4)), List.of(id(2))));
    assertThat(blocks.claimMissing(ids, "first", LEASE, HOUR)).as("renewed").isEqualTo(first);
  }

  @Test
  void aClaimEndsWithTheBlockTheHolderOrTheLease() throws Exception {
    List<LatentId> ids = List.of(id(1), id(2), id(3));
    blocks.claimMissing(ids, "first", LEASE, HOUR);

    blocks.put(Map.of(id(1), block(1, 10)), HOUR);
    blocks.releaseClaims(List.of(id(2), id(3)), "second");
    blocks.releaseClaims(List.of(id(2)), "first");

    assertThat(blocks.claimMissing(ids, "second", LEASE, HOUR))
        .isEqualTo(new Claims(List.of(id(2)), List.of(id(3))));
    harness.elapse(LEASE.plusSeconds(1));
    assertThat(blocks.claimMissing(ids, "third", LEASE, HOUR))
        .isEqualTo(new Claims(List.of(id(2), id(3)), List.of()));
    blocks.remove(List.of(id(1)));
    assertThat(blocks.claimMissing(List.of(id(1)), "third", LEASE, HOUR).claimed())
        .containsExactly(id(1));
  }

  @Test
  void twoOfManyThreadsNeverClaimTheSame() throws Exception {
    List<LatentId> ids = IntStream.range(0, 200).mapToObj(Ids::id).toList();
    ExecutorService threads = Executors.newFixedThreadPool(8);
    try {
      List<Callable<List<LatentId>>> claims = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        String holder = "holder-" + i;
        List<LatentId> shuffled = new ArrayList<>(ids);
        Collections.shuffle(shuffled, new Random(i));
        claims.add(() -> blocks.claimMissing(shuffled, holder, LEASE, HOUR).claimed());
      }
      List<LatentId> claimed = new ArrayList<>();
      for (Future<List<LatentId>> one : threads.invokeAll(claims)) {
        claimed.addAll(one.get());
      }
      assertThat(claimed).containsExactlyInAnyOrderElementsOf(ids);
    } finally {
      threads.shutdownNow();
    }
  }

  /** Each has blocks of its own, so that it knows what must be there. */
  @Test
  void threadsFindTheirOwnBlocksAmongThoseOfOthers() throws Exception {
    int count = 6;
    ExecutorService threads = Executors.newFixedThreadPool(count);
    try {
      List<Callable<Boolean>> lives = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        int own = 100 * i;
        lives.add(() -> liveAmongOthers(own, new Random(own)));
      }
      for (Future<Boolean> life : threads.invokeAll(lives)) {
        assertThat(life.get()).isTrue();
      }
    } finally {
      threads.shutdownNow();
    }
  }

  private boolean liveAmongOthers(int own, Random random) throws InterruptedException {
    Map<LatentId, byte[]> kept = new HashMap<>();
    for (int step = 0; step < 60; step++) {
      LatentId id = id(own + random.nextInt(8));
      switch (random.nextInt(5)) {
        case 0, 1 -> {
          StoredBlock block = block(own + step, 1 + random.nextInt(60_000));
          blocks.put(Map.of(id, block), HOUR);
          kept.put(id, block.bytes());
        }
        case 2 -> {
          blocks.remove(List.of(id));
          kept.remove(id);
        }
        case 3 -> {
          blocks.removeIfEqual(id, bytes(own + step, 10));
          assertThat(blocks.findMissing(List.of(id), HOUR).isEmpty())
              .isEqualTo(kept.containsKey(id));
        }
        default -> {
          List<byte @Nullable []> found = read(id, id(own + 9));
          assertThat(found.get(0)).as("thread %d, step %d", own, step).isEqualTo(kept.get(id));
          assertThat(found.get(1)).isNull();
        }
      }
    }
    return true;
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void behavesAsAMapWithTimes(long seed) throws Exception {
    Random random = new Random(seed);
    Map<LatentId, byte[]> kept = new HashMap<>();
    Map<LatentId, Instant> until = new HashMap<>();
    for (int step = 0; step < 300; step++) {
      LatentId id = id(random.nextInt(12));
      Duration ttl = Duration.ofMinutes(1 + random.nextInt(90)).plusSeconds(30);
      switch (random.nextInt(6)) {
        case 0, 1 -> {
          StoredBlock block = block(random.nextInt(5), 1 + random.nextInt(50));
          blocks.put(Map.of(id, block), ttl);
          kept.put(id, block.bytes());
          until.merge(id, harness.now().plus(ttl), BlockStoreContract::later);
        }
        case 2 -> {
          assertThat(blocks.findMissing(List.of(id), ttl).isEmpty())
              .as("seed %d, step %d", seed, step)
              .isEqualTo(kept.containsKey(id));
          until.computeIfPresent(id, (same, end) -> later(end, harness.now().plus(ttl)));
        }
        case 3 ->
            assertThat(Arrays.equals(read(id).get(0), kept.get(id)))
                .as("seed %d, step %d", seed, step)
                .isTrue();
        case 4 -> {
          blocks.remove(List.of(id));
          kept.remove(id);
          until.remove(id);
        }
        default -> {
          harness.elapse(Duration.ofMinutes(random.nextInt(40)));
          Instant now = harness.now();
          until.values().removeIf(end -> !end.isAfter(now));
          kept.keySet().retainAll(until.keySet());
        }
      }
    }
  }

  private static Instant later(Instant one, Instant other) {
    return one.isAfter(other) ? one : other;
  }

  private List<byte @Nullable []> read(LatentId... ids) throws InterruptedException {
    List<byte @Nullable []> found = new ArrayList<>();
    List<LatentId> order = new ArrayList<>();
    blocks.read(
        List.of(ids),
        (id, bytes) -> {
          order.add(id);
          found.add(bytes);
        });
    assertThat(order).containsExactly(ids);
    return found;
  }
}
