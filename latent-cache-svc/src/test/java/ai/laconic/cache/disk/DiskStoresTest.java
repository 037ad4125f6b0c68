package ai.laconic.cache.disk;

import static ai.laconic.cache.store.Ids.block;
import static ai.laconic.cache.store.Ids.bytes;
import static ai.laconic.cache.store.Ids.id;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.laconic.cache.SettableClock;
import ai.laconic.cache.store.Partition;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DiskStoresTest {
  private static final Duration DAY = Duration.ofDays(1);
  private static final Partition PARTITION = Partition.PUBLIC;
  private static final byte[] TEXT = bytes(1, 50_000);
  private static final byte[] RECORD = bytes(2, 500);
  private static final byte[] BLOCK = bytes(3, 70_000);

  private final SettableClock clock = new SettableClock();
  @TempDir private Path folder;
  private Path path;
  private DiskStores stores;

  @BeforeEach
  void open() throws Exception {
    path = folder.toRealPath().resolve("data");
    stores = DiskStores.open(path, 64 << 20, clock);
  }

  @AfterEach
  void close() {
    stores.close();
  }

  private void reopen() throws Exception {
    close();
    open();
  }

  private void fill() throws Exception {
    stores.contexts().putTexts(PARTITION, "ext_1", Map.of(0, TEXT));
    stores.contexts().putTexts(PARTITION, "ext_2", Map.of(0, bytes(9, 100)));
    putRecord(RECORD);
    stores.blocks().put(Map.of(id(1), block(3, BLOCK.length), id(2), block(4, 100)), DAY);
  }

  private void putRecord(byte[] value) throws InterruptedException {
    stores
        .contexts()
        .transact(
            PARTITION,
            transaction -> {
              transaction.put("record", value);
              return true;
            });
  }

  private Optional<byte[]> record() throws InterruptedException {
    return stores.contexts().read(PARTITION, transaction -> transaction.get("record"));
  }

  private void assertHeld(byte[] value, boolean held) throws Exception {
    assertThat(FileContents.of(path).stream().anyMatch(file -> FileContents.holds(file, value)))
        .isEqualTo(held);
  }

  @Test
  void contextsThatAreGoneAreNotForgottenInSilence() throws Exception {
    fill();
    close();
    Path contexts = path.resolve("contexts.db");
    Path kept = folder.resolve("kept.db");
    Files.move(contexts, kept);
    assertRefused("contexts.db is missing or empty");
    Files.createFile(contexts);
    assertRefused("contexts.db is missing or empty");
    Files.copy(path.resolve("blocks.db"), contexts, StandardCopyOption.REPLACE_EXISTING);
    assertRefused("contexts.db can't be opened");
    for (String change : List.of("drop table texts", "pragma user_version = 2")) {
      Files.copy(kept, contexts, StandardCopyOption.REPLACE_EXISTING);
      try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + contexts);
          Statement statement = connection.createStatement()) {
        statement.execute(change);
      }
      assertRefused("contexts.db can't be opened");
    }

    Files.copy(kept, contexts, StandardCopyOption.REPLACE_EXISTING);
    open();
    assertThat(record()).contains(RECORD);
  }

  private void assertRefused(String why) {
    assertThatThrownBy(this::open)
        .isInstanceOf(DataDirectoryException.class)
        .hasMessageContaining(why);
  }

  @Test
  void aRestartFindsEverything() throws Exception {
    fill();
    reopen();

    assertThat(record()).hasValueSatisfying(value -> assertThat(value).isEqualTo(RECORD));
    stores
        .contexts()
        .readTexts(
            PARTITION, "ext_1", List.of(0), (number, text) -> assertThat(text).isEqualTo(TEXT));
    stores.blocks().read(List.of(id(1)), (id, bytes) -> assertThat(bytes).isEqualTo(BLOCK));
    assertThat(stores.contexts().partitions()).containsExactly(PARTITION);
  }

  @Test
  void whatWasErasedIsInNoFile() throws Exception {
    fill();
    assertHeld(TEXT, true);
    assertHeld(BLOCK, true);

    stores.contexts().removeTexts(PARTITION, "ext_1");
    assertHeld(TEXT, false);
    stores.blocks().remove(List.of(id(1)));
    assertHeld(BLOCK, false);

    reopen();
    assertThat(stores.blocks().findMissing(List.of(id(1), id(2)), DAY)).containsExactly(id(1));
    stores
        .contexts()
        .readTexts(PARTITION, "ext_1", List.of(0), (number, text) -> assertThat(text).isNull());
  }

  @Test
  void whatWasErasedBetweenWritesIsInNoFile() throws Exception {
    for (int round = 0; round < 6; round++) {
      fill();
      reopen();
      stores
          .contexts()
          .putTexts(PARTITION, "ext_" + (round + 10), Map.of(0, bytes(100 + round, 30_000)));
      stores.blocks().put(Map.of(id(round + 10), block(100 + round, 50_000)), DAY);
      stores.contexts().removeTexts(PARTITION, "ext_1");
      stores.blocks().remove(List.of(id(1)));
      assertHeld(TEXT, false);
      assertHeld(BLOCK, false);
    }
  }

  @Test
  void recordsThatAreReplacedGoWithTheNextErasure() throws Exception {
    fill();
    putRecord(new byte[10]);

    stores.contexts().removeTexts(PARTITION, "ext_9");
    assertHeld(RECORD, false);
  }

  @Test
  void whatExpiredIsInNoFileAfterTheNextStart() throws Exception {
    fill();
    close();
    clock.advance(DAY.plusHours(1));
    open();
    reopen();

    assertHeld(BLOCK, false);
  }

  @Test
  void blocksThatAreDamagedTakeNoContextWithThem() throws Exception {
    fill();
    close();
    Files.write(path.resolve("blocks.db"), bytes(5, 40_000));
    open();

    assertThat(stores.blocks().findMissing(List.of(id(1)), DAY)).containsExactly(id(1));
    assertThat(record()).isPresent();
    stores.blocks().put(Map.of(id(1), block(3, 1000)), DAY);
    reopen();
    assertThat(stores.blocks().findMissing(List.of(id(1)), DAY)).isEmpty();
  }

  @Test
  void contextsThatAreDamagedAreToldAndLeftAsTheyAre() throws Exception {
    fill();
    close();
    byte[] damaged = bytes(5, 40_000);
    Files.write(path.resolve("contexts.db"), damaged);

    assertThatThrownBy(this::open)
        .isInstanceOf(DataDirectoryException.class)
        .hasMessage(
            "data directory %s: contexts.db can't be opened, [SQLITE_NOTADB] File opened"
                + " that is not a database file (expected: the file as it was written; restore it, or"
                + " begin with another directory)",
            path);
    assertThat(path.resolve("contexts.db")).hasBinaryContent(damaged);

    Files.delete(path.resolve("contexts.db"));
    Files.delete(path.resolve("blocks.db"));
    open();
  }

  /** As its header says after eight bits of it have changed. */
  @Test
  void aFileThatTakesNoWritesIsToldAtTheStart() throws Exception {
    fill();
    close();
    byte[] contexts = Files.readAllBytes(path.resolve("contexts.db"));
    for (String name : List.of("blocks.db", "contexts.db")) {
      byte[] file = Files.readAllBytes(path.resolve(name));
      file[18] = (byte) 0xFD;
      Files.write(path.resolve(name), file);
    }

    assertThatThrownBy(this::open)
        .isInstanceOf(DataDirectoryException.class)
        .hasMessageContaining("contexts.db can't be opened, [SQLITE_READONLY]");
    Files.write(path.resolve("contexts.db"), contexts);
    open();
    stores.blocks().put(Map.of(id(1), block(3, 1000)), DAY);
  }

  @Test
  void oneProcessHasIt() throws Exception {
    assertThatThrownBy(() -> DiskStores.open(path, 64 << 20, clock))
        .isInstanceOf(DataDirectoryException.class)
        .hasMessageContaining("in use by another process");
    fill();
    reopen();
    assertThat(record()).isPresent();
  }
}
