package ai.laconic.cache.store;

import static ai.laconic.cache.Fixtures.HOUR;
import static ai.laconic.cache.Fixtures.block;
import static ai.laconic.cache.Fixtures.flipped;
import static ai.laconic.cache.Fixtures.id;
import static ai.laconic.cache.Fixtures.ids;
import static org.assertj.core.api.Assertions.assertThat;

import ai.laconic.runtime.latent.LatentId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What any store must do with blocks; what it must do with contexts is inherited. */
public abstract class LatentStoreContract extends ContextContract {
  private StoreHarness harness;
  private LatentStore store;

  protected abstract StoreHarness newHarness() throws Exception;

  @Override
  StoreHarness harness() {
    return harness;
  }

  @BeforeEach
  void open() throws Exception {
    harness = newHarness();
    store = harness.store();
  }

  @AfterEach
  void close() throws Exception {
    harness.close();
  }

  @Test
  void blocksComeBackAsTheyWerePut() throws Exception {
    store.putBlock(id(1), block(1), HOUR);
    store.putBlock(id(2), block(2, 50), HOUR);

    List<Optional<byte[]>> read = store.readBlocks(List.of(id(2), id(3), id(1), id(2)));

    assertThat(read.get(0)).hasValueSatisfying(bytes -> assertThat(bytes).isEqualTo(block(2, 50)));
    assertThat(read.get(1)).isEmpty();
    assertThat(read.get(2)).hasValueSatisfying(bytes -> assertThat(bytes).isEqualTo(block(1)));
    assertThat(read.get(3)).isPresent();
    assertThat(store.blockSizes(List.of(id(1), id(3), id(2))))
        .containsExactly(block(1).length, 0, block(2, 50).length);
  }

  @Test
  void missingBlocksAreNamedOnceAndInOrder() throws Exception {
    store.putBlock(id(5), block(5), HOUR);

    assertThat(store.findMissing(List.of(id(9), id(5), id(2), id(9), id(5)), HOUR))
        .containsExactly(id(9), id(2));
    assertThat(store.findMissing(List.of(id(5)), HOUR)).isEmpty();
  }

  @Test
  void moreIdsThanFitOneBatchAreAnsweredInOrder() throws Exception {
    for (LatentId id : ids(1000, 1100)) {
      store.putBlock(id, block(1), HOUR);
    }

    assertThat(store.findMissing(ids(0, 3000), HOUR))
        .hasSize(2900)
        .startsWith(id(0), id(1))
        .endsWith(id(2999))
        .doesNotContainAnyElementsOf(ids(1000, 1100));
    assertThat(store.blockSizes(ids(0, 3000))[1050]).isEqualTo(block(1).length);
  }

  @Test
  void blocksAreGoneWhenTheirTimeIsOver() throws Exception {
    store.putBlock(id(1), block(1), HOUR);

    harness.elapse(HOUR.minusMinutes(1));
    assertThat(store.blockSizes(List.of(id(1)))[0]).isPositive();

    harness.elapse(Duration.ofMinutes(2));
    assertThat(store.findMissing(List.of(id(1)), HOUR)).containsExactly(id(1));
    assertThat(store.readBlocks(List.of(id(1)))).containsExactly(Optional.empty());
  }

  @Test
  void findingABlockExtendsItsTime() throws Exception {
    store.putBlock(id(1), block(1), HOUR);

    store.findMissing(List.of(id(1)), HOUR.multipliedBy(3));
    harness.elapse(HOUR.multipliedBy(2));

    assertThat(store.blockSizes(List.of(id(1)))[0]).isPositive();
  }

  @Test
  void neitherFindingNorPuttingShortensItsTime() throws Exception {
    store.putBlock(id(1), block(1), HOUR.multipliedBy(3));
    store.putBlock(id(2), block(2), HOUR.multipliedBy(3));

    store.findMissing(List.of(id(1)), HOUR);
    store.putBlock(id(2), block(2), HOUR);
    harness.elapse(HOUR.multipliedBy(2));

    assertThat(store.findMissing(ids(1, 3), HOUR)).isEmpty();
  }

  @Test
  void timesShorterThanAMillisecondAreTimes() throws Exception {
    store.putBlock(id(1), block(1), Duration.ofNanos(1));
    harness.elapse(HOUR);

    assertThat(store.blockSizes(List.of(id(1)))).containsExactly(0);
  }

  @Test
  void puttingAgainReplacesWhatWasDamaged() throws Exception {
    store.putBlock(id(1), flipped(block(1), 70), HOUR);
    store.putBlock(id(1), block(1), HOUR);

    assertThat(store.readBlocks(List.of(id(1))).get(0)).hasValue(block(1));
  }

  @Test
  void onlyTheDamagedBytesAreDropped() throws Exception {
    store.putBlock(id(1), block(1), HOUR);

    store.dropBlock(id(1), flipped(block(1), 70));
    store.dropBlock(id(2), block(2));
    assertThat(store.findMissing(List.of(id(1)), HOUR)).isEmpty();

    store.dropBlock(id(1), block(1));
    assertThat(store.findMissing(List.of(id(1)), HOUR)).containsExactly(id(1));
  }

  @Test
  void manyMayPutAtOnce() throws Exception {
    int threads = 8;
    ExecutorService executor = Executors.newFixedThreadPool(threads);
    try {
      List<Callable<Void>> writers = new ArrayList<>();
      for (int writer = 0; writer < threads; writer++) {
        int first = writer * 10;
        writers.add(
            () -> {
              // Each block is put by two of them.
              for (int n = first; n < first + 20; n++) {
                store.putBlock(id(n), block(n), HOUR);
              }
              return null;
            });
      }
      for (Future<Void> written : executor.invokeAll(writers)) {
        written.get();
      }
    } finally {
      executor.shutdownNow();
    }

    List<Optional<byte[]>> read = store.readBlocks(ids(0, 90));
    for (int n = 0; n < 90; n++) {
      assertThat(read.get(n)).as("block %d", n).hasValue(block(n));
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 20260101, -7})
  void anySequenceOfOperationsDoesWhatTheModelDoes(long seed) throws Exception {
    new RandomOperations(harness, seed).run(400);
  }
}
