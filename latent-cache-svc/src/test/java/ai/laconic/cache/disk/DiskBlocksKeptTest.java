package ai.laconic.cache.disk;

import static ai.laconic.cache.store.Ids.block;
import static ai.laconic.cache.store.Ids.bytes;
import static ai.laconic.cache.store.Ids.id;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.laconic.cache.SettableClock;
import ai.laconic.cache.store.StoredBlock;
import ai.laconic.runtime.latent.LatentId;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sqlite.SQLiteConfig.SynchronousMode;

/** Which blocks are there in a small store, and after a restart. */
class DiskBlocksKeptTest {
  private static final Duration DAY = Duration.ofDays(1);
  private static final int BLOCK_BYTES = 100_000;
  private static final int BLOCKS = 20;
  private static final long MAX_BYTES = BLOCKS * BlockIndex.sizeOf(BLOCK_BYTES);

  private final SettableClock clock = new SettableClock();
  @TempDir private Path folder;
  private Path file;
  private DiskBlockStore blocks;

  @BeforeEach
  void open() throws Exception {
    file = folder.resolve("blocks.db");
    open(MAX_BYTES);
  }

  private void open(long maxBytes) throws Exception {
    blocks = new DiskBlockStore(file, maxBytes, clock);
  }

  private void reopen(long maxBytes) throws Exception {
    blocks.close();
    open(maxBytes);
  }

  @AfterEach
  void close() {
    blocks.close();
  }

  private void put(int number, int tokens) throws InterruptedException {
    blocks.put(Map.of(id(number), new StoredBlock(bytes(number, BLOCK_BYTES), tokens)), DAY);
  }

  /**
   * Returns the numbers of those that are there, each with its bytes, without making use of them.
   */
  private List<Integer> present(int before) throws Exception {
    List<Integer> found = new ArrayList<>();
    blocks.close();
    BlockIndex index = new BlockIndex(Long.MAX_VALUE);
    BlockRows rows = BlockRows.open(new DatabaseFile(file));
    rows.load(index);
    for (int i = 0; i < before; i++) {
      var row = index.use(id(i));
      if (row.isPresent()) {
        assertThat(rows.find(row.getAsLong()).orElseThrow()).isEqualTo(bytes(i, BLOCK_BYTES));
        found.add(i);
      }
    }
    rows.close();
    open(MAX_BYTES);
    return found;
  }

  @Test
  void takesNoMoreOfTheDiskThanItMay() throws Exception {
    Random random = new Random(3);
    for (int i = 0; i < 30 * BLOCKS; i++) {
      blocks.put(Map.of(id(i), block(i, 1 + random.nextInt(2 * BLOCK_BYTES))), DAY);
      assertThat(blocks.usedBytes()).isLessThanOrEqualTo(MAX_BYTES);
    }
    blocks.remove(List.of());

    assertThat(Files.size(file)).isLessThan(MAX_BYTES + MAX_BYTES / 10);
  }

  @Test
  void theLeastValuableGo() throws Exception {
    for (int i = 0; i < BLOCKS; i++) {
      put(i, i % 2 == 0 ? 1000 : 100);
    }
    assertThat(present(BLOCKS)).hasSize(BLOCKS);

    for (int i = BLOCKS; i < BLOCKS + 5; i++) {
      put(i, 1000);
    }
    assertThat(present(BLOCKS))
        .as("the cheap ones go first, of those the oldest")
        .containsExactly(0, 2, 4, 6, 8, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19);
  }

  @Test
  void aRestartKnowsWhatTheyAreWorth() throws Exception {
    for (int i = 0; i < BLOCKS; i++) {
      put(i, 100);
    }
    for (int i = BLOCKS; i < BLOCKS + 5; i++) {
      put(i, 100);
    }
    reopen(MAX_BYTES);
    for (int i = BLOCKS + 5; i < BLOCKS + 10; i++) {
      put(i, 100);
    }
    assertThat(present(BLOCKS + 10))
        .as("those go that were put first, before and after")
        .isEqualTo(IntStream.range(10, BLOCKS + 10).boxed().toList());
  }

  @Test
  void aSmallerBoundHoldsFromTheStart() throws Exception {
    for (int i = 0; i < BLOCKS; i++) {
      put(i, i < 4 ? 1000 : 100);
    }
    reopen(MAX_BYTES / 5);

    assertThat(blocks.usedBytes()).isLessThanOrEqualTo(MAX_BYTES / 5);
    assertThat(present(BLOCKS)).containsExactly(0, 1, 2, 3);
  }

  @Test
  void whatExpiredMeanwhileIsGone() throws Exception {
    blocks.put(Map.of(id(0), block(0, BLOCK_BYTES)), DAY);
    blocks.put(Map.of(id(1), block(1, BLOCK_BYTES)), DAY);
    blocks.findMissing(List.of(id(1)), DAY.multipliedBy(3));
    blocks.close();
    clock.advance(DAY.plusHours(1));
    open(MAX_BYTES);

    assertThat(blocks.findMissing(List.of(id(0), id(1)), DAY)).containsExactly(id(0));
    assertThat(present(2)).containsExactly(1);
  }

  @Test
  void refusesWhatNeverFits() throws Exception {
    put(0, 100);

    assertThatThrownBy(() -> blocks.put(Map.of(id(1), block(1, (int) MAX_BYTES)), DAY))
        .hasMessageContaining("RESOURCE_EXHAUSTED")
        .hasMessageContaining("(expected: at most " + MAX_BYTES + ", the whole store)");
    assertThat(present(2)).as("nothing went for it").containsExactly(0);
  }

  @Test
  void aRowThatIsLostIsMissing() throws Exception {
    put(0, 100);
    blocks.close();
    Database database =
        new Database("rows", new DatabaseFile(file), SynchronousMode.OFF, List.of());
    database.write(
        session -> {
          session.update("delete from blocks");
          return true;
        });
    database.close();
    open(MAX_BYTES);

    List<LatentId> lost = new ArrayList<>();
    blocks.read(
        List.of(id(0)),
        (id, bytes) -> {
          assertThat(bytes).isNull();
          lost.add(id);
        });
    assertThat(blocks.findMissing(lost, DAY)).as("so it is made again").isEqualTo(lost);
    put(0, 100);
    assertThat(present(1)).containsExactly(0);
  }
}
