package ai.laconic.cache.disk;

import static ai.laconic.cache.store.Ids.block;
import static ai.laconic.cache.store.Ids.bytes;
import static ai.laconic.cache.store.Ids.id;
import static org.assertj.core.api.Assertions.assertThat;

import ai.laconic.cache.SettableClock;
import ai.laconic.cache.store.ContextStore;
import ai.laconic.cache.store.Ids;
import ai.laconic.cache.store.Partition;
import ai.laconic.runtime.latent.LatentId;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whatever happens to the files, neither start nor call fails in a way that nobody expects. */
class DamagedFilesTest {
  private static final int SEEDS = 60;
  private static final Duration DAY = Duration.ofDays(1);
  private static final Partition PARTITION = Partition.PUBLIC;

  @TempDir private Path folder;

  @Test
  void blocksAreThereOrMadeAgain() throws Exception {
    Path file = folder.resolve("blocks.db");
    DiskBlockStore written = openBlocks(file);
    for (int i = 0; i < 12; i++) {
      written.put(Map.of(id(i), block(i, 20_000)), DAY);
    }
    written.close();
    byte[] whole = Files.readAllBytes(file);
    for (int seed = 0; seed < SEEDS; seed++) {
      Files.write(file, damaged(whole, new Random(seed)));
      try (DiskBlockStore blocks = openBlocks(file)) {
        List<LatentId> ids = IntStream.range(0, 12).mapToObj(Ids::id).toList();
        blocks.read(ids, (id, bytes) -> {});
        blocks.put(Map.of(id(1), block(1, 20_000)), DAY);
        blocks.remove(ids.subList(0, 4));
        blocks.put(Map.of(id(3), block(3, 20_000)), DAY);
        blocks.read(
            ids.subList(2, 4),
            (id, bytes) -> assertThat(bytes).isEqualTo(id.equals(id(3)) ? bytes(3, 20_000) : null));
      } catch (RuntimeException | AssertionError failure) {
        throw new AssertionError("seed " + seed, failure);
      }
    }
  }

  private static DiskBlockStore openBlocks(Path file) throws Exception {
    return new DiskBlockStore(file, 8 << 20, new SettableClock());
  }

  @Test
  void contextsAreThereOrSaidToBeDamaged() throws Exception {
    Path file = folder.resolve("contexts.db");
    try (DiskContextStore written = new DiskContextStore(file)) {
      for (int i = 0; i < 20; i++) {
        put(written, i);
      }
    }
    byte[] whole = Files.readAllBytes(file);
    for (int seed = 0; seed < SEEDS; seed++) {
      Files.write(file, damaged(whole, new Random(seed)));
      try (DiskContextStore contexts = new DiskContextStore(file)) {
        contexts.partitions();
        contexts.read(PARTITION, transaction -> transaction.range("k/", "k0", 100));
        List<String> keys = IntStream.range(0, 20).mapToObj(i -> "k/" + i).toList();
        contexts.read(PARTITION, transaction -> transaction.getAll(keys));
        for (int i = 0; i < 20; i++) {
          contexts.readTexts(PARTITION, "ext_" + i, List.of(0), (number, text) -> {});
        }
        put(contexts, 3);
        contexts.removeTexts(PARTITION, "ext_2");
      } catch (SQLException notOpened) {
        // Which the directory tells in a sentence.
        assertThat(Files.size(file)).as("left as it is").isPositive();
      } catch (StatusRuntimeException problem) {
        assertThat(problem.getStatus().getCode())
            .as("seed %d", seed)
            .isEqualTo(Status.Code.DATA_LOSS);
      }
    }
  }

  private static void put(ContextStore contexts, int number) throws InterruptedException {
    contexts.transact(
        PARTITION,
        transaction -> {
          transaction.put("k/" + number, bytes(number, 300));
          return true;
        });
    contexts.putTexts(PARTITION, "ext_" + number, Map.of(0, bytes(number, 5000)));
  }

  /** Cut off, a page zeroed, or bits changed: in the header, in that of a page, or anywhere. */
  private static byte[] damaged(byte[] whole, Random random) {
    byte[] bytes = whole.clone();
    int page = Database.PAGE_BYTES * random.nextInt(bytes.length / Database.PAGE_BYTES);
    switch (random.nextInt(5)) {
      case 0 -> {
        return Arrays.copyOf(bytes, random.nextInt(bytes.length));
      }
      case 1 -> Arrays.fill(bytes, page, page + Database.PAGE_BYTES, (byte) 0);
      case 2 -> flip(bytes, 4, 0, 100, random);
      case 3 -> flip(bytes, 8, page, 64, random);
      default -> flip(bytes, 200, 0, 3 * Database.PAGE_BYTES, random);
    }
    return bytes;
  }

  private static void flip(byte[] bytes, int bits, int from, int length, Random random) {
    for (int i = 0; i < bits; i++) {
      bytes[from + random.nextInt(length)] ^= (byte) (1 << random.nextInt(8));
    }
  }
}
