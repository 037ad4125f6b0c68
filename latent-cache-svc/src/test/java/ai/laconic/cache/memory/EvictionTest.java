package ai.laconic.cache.memory;

import static ai.laconic.cache.Fixtures.ACME;
import static ai.laconic.cache.Fixtures.HOUR;
import static ai.laconic.cache.Fixtures.START;
import static ai.laconic.cache.Fixtures.block;
import static ai.laconic.cache.Fixtures.id;
import static ai.laconic.cache.Fixtures.ids;
import static ai.laconic.cache.Fixtures.key;
import static ai.laconic.cache.Fixtures.manifest;
import static ai.laconic.cache.Fixtures.write;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.laconic.cache.SettableClock;
import ai.laconic.cache.store.ContextWriter;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class EvictionTest {
  private static final int ROOM_FOR = 4;
  private static final long BLOCK = MemoryBudget.sizeOf(block(0).length);

  private final SettableClock clock = new SettableClock();
  private final InMemoryLatentStore store = new InMemoryLatentStore(ROOM_FOR * BLOCK, clock);

  @Test
  void theLongestUnusedBlockMakesRoom() {
    putBlocks(0, ROOM_FOR);
    store.readBlocks(List.of(id(0)));
    store.findMissing(List.of(id(1)), HOUR);
    store.blockSizes(List.of(id(2)));

    putBlocks(4, 5);
    assertThat(store.findMissing(ids(0, 5), HOUR)).containsExactly(id(3));
    assertThat(store.usedBytes()).isEqualTo(ROOM_FOR * BLOCK);
  }

  @Test
  void aLargeBlockPutsOutAsManyAsItNeeds() {
    putBlocks(0, ROOM_FOR);

    store.putBlock(id(9), new byte[(int) (2 * BLOCK)], HOUR);

    assertThat(store.findMissing(ids(0, 10), HOUR)).contains(id(0), id(1), id(2));
    assertThat(store.findMissing(List.of(id(3), id(9)), HOUR)).isEmpty();
  }

  @Test
  void whatHasExpiredGoesBeforeWhatIsOldest() {
    putBlocks(0, ROOM_FOR - 1);
    store.putBlock(id(3), block(3), Duration.ofMinutes(1));
    clock.advance(Duration.ofMinutes(2));

    putBlocks(4, 5);

    assertThat(store.findMissing(ids(0, 5), HOUR)).containsExactly(id(3));
  }

  @Test
  void expiredBlocksTakeNoRoom() {
    putBlocks(0, ROOM_FOR);
    clock.advance(HOUR.plusSeconds(1));

    assertThat(store.findMissing(ids(0, 2), HOUR)).hasSize(2);
    assertThat(store.usedBytes()).isZero();
  }

  @Test
  void aBlockLargerThanTheStoreIsRefused() {
    putBlocks(0, ROOM_FOR);

    assertThatThrownBy(() -> store.putBlock(id(9), new byte[(int) (4 * BLOCK)], HOUR))
        .hasMessage(
            "RESOURCE_EXHAUSTED: block %s: %d bytes (expected: at most %d, the whole store)",
            id(9), 4 * BLOCK + MemoryBudget.ENTRY_BYTES, 4 * BLOCK);

    assertThat(store.findMissing(ids(0, ROOM_FOR), HOUR)).isEmpty();
  }

  @Test
  void aContextPutsOutBlocksButNoContext() throws Exception {
    InMemoryLatentStore larger = new InMemoryLatentStore(20 * BLOCK, clock);
    larger.putBlock(id(1), block(1), HOUR);
    String text = "x".repeat((int) (12 * BLOCK));
    write(larger, ACME, manifest(1, START, List.of(text)), List.of(text));
    long used = larger.usedBytes();

    String more = "y".repeat((int) (10 * BLOCK));
    assertThatThrownBy(() -> write(larger, ACME, manifest(2, START, List.of(more)), List.of(more)))
        .hasMessageMatching(
            "RESOURCE_EXHAUSTED: text of segment 0: \\d+ bytes \\(expected: at most \\d+, what"
                + " contexts leave of \\d+\\)");

    assertThat(larger.findContext(key(ACME, 1))).isPresent();
    assertThat(larger.findContext(key(ACME, 2))).isEmpty();
    assertThat(larger.usedBytes()).isLessThanOrEqualTo(used);
  }

  @Test
  void unfinishedUploadsTakeRoomUntilTheyAreClosed() {
    try (ContextWriter writer =
        store.writeContext(ACME, manifest(1, START, List.of("abc", "def")))) {
      putBlocks(0, ROOM_FOR);
      addText(writer, 0, "abc");

      assertThat(store.findMissing(ids(0, ROOM_FOR), HOUR)).containsExactly(id(0));
      assertThat(store.usedBytes()).isEqualTo(3 * BLOCK + MemoryBudget.sizeOf(3));
    }
    assertThat(store.usedBytes()).isEqualTo(3 * BLOCK);
  }

  @Test
  void removedAndExpiredContextsGiveTheirRoomBack() throws Exception {
    List<String> texts = List.of("a", "b");
    InMemoryLatentStore larger = new InMemoryLatentStore(1 << 20, clock);
    write(larger, ACME, manifest(1, START, texts), texts);
    write(larger, ACME, manifest(1, START, texts), texts);
    write(larger, ACME, manifest(2, START, texts), texts);

    larger.removeContext(key(ACME, 1));
    assertThat(larger.usedBytes()).isPositive();
    clock.advance(Duration.ofDays(2));
    larger.findContext(key(ACME, 2));

    assertThat(larger.usedBytes()).isZero();
  }

  @Test
  void replacedBlocksAreCountedOnce() {
    store.putBlock(id(1), block(1, 4), HOUR);
    store.putBlock(id(1), block(2, 4), HOUR);
    store.putBlock(id(1), block(3, 6), HOUR);

    assertThat(store.usedBytes()).isEqualTo(MemoryBudget.sizeOf(block(3, 6).length));
  }

  @Test
  void aClosedStoreHoldsNothing() {
    putBlocks(0, ROOM_FOR);
    store.close();

    assertThat(store.usedBytes()).isZero();
  }

  private static void addText(ContextWriter writer, int segment, String text) {
    try {
      writer.addText(segment, text.getBytes(UTF_8));
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private void putBlocks(int from, int to) {
    for (int n = from; n < to; n++) {
      store.putBlock(id(n), block(n), HOUR);
    }
  }
}
