package ai.laconic.cache.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import ai.laconic.cache.store.Ids;
import ai.laconic.servicekit.error.Problems;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sqlite.SQLiteConfig.SynchronousMode;

class DatabaseTest {
  @TempDir private Path folder;
  private Path file;
  private Database database;

  @BeforeEach
  void open() throws Exception {
    file = folder.resolve("things.db");
    database =
        new Database(
            "things",
            new DatabaseFile(file),
            SynchronousMode.FULL,
            List.of(new Table("things", "(number integer primary key, bytes blob)")));
  }

  @AfterEach
  void close() {
    database.close();
  }

  private void put(int number, byte[] bytes) throws InterruptedException {
    database.write(session -> put(session, number, bytes));
  }

  private static boolean put(Session session, int number, byte[] bytes) throws SQLException {
    session.update("insert into things values (?, ?)", number, bytes);
    return true;
  }

  private List<Integer> numbers() throws InterruptedException {
    return database.read(
        session -> session.query("select number from things", row -> row.getInt(1)));
  }

  /** As on a disk with no more room; the same error, at the same place. */
  private void boundPages(int pages) throws InterruptedException {
    database.write(session -> session.query("pragma max_page_count = " + pages, row -> true));
  }

  private static StatusRuntimeException assertProblem(Status.Code code, ThrowingCallable call) {
    StatusRuntimeException problem = catchThrowableOfType(StatusRuntimeException.class, call);
    assertThat(problem).isNotNull();
    assertThat(problem.getStatus().getCode()).isEqualTo(code);
    return problem;
  }

  @Test
  void aFullDiskFailsOneTransactionAndTakesTheNextOnceThereIsRoom() throws Exception {
    put(1, Ids.bytes(1, 100_000));
    boundPages(16);

    StatusRuntimeException full =
        assertProblem(
            Status.Code.RESOURCE_EXHAUSTED,
            () ->
                database.write(
                    session ->
                        put(session, 2, new byte[10]) && put(session, 3, new byte[1 << 20])));

    assertThat(full).hasMessageContaining("things: the disk is full (expected: free space on it)");
    assertThat(Problems.retryAfter(full)).contains(Duration.ofSeconds(30));
    assertThat(numbers()).as("nothing of it is there").containsExactly(1);
    boundPages(1000);
    put(3, new byte[1 << 20]);
    assertThat(numbers()).containsExactly(1, 3);
  }

  @Test
  void onAFullDiskThereIsRoomWhereSomethingWasDeleted() throws Exception {
    put(1, Ids.bytes(1, 1 << 20));
    boundPages(70);
    assertProblem(Status.Code.RESOURCE_EXHAUSTED, () -> put(2, Ids.bytes(2, 1 << 20)));

    database.write(
        session -> {
          session.update("delete from things where number = 1");
          return true;
        });
    put(2, Ids.bytes(2, 1 << 20));
    assertThat(numbers()).containsExactly(2);
  }

  @Test
  void aFailureThatNobodyExpectsLeavesNothingBehind() throws Exception {
    assertThatThrownBy(
            () ->
                database.write(
                    session -> {
                      put(session, 1, new byte[10]);
                      throw new OutOfMemoryError("on purpose");
                    }))
        .isInstanceOf(OutOfMemoryError.class);

    put(2, new byte[10]);
    assertThat(numbers()).containsExactly(2);
  }

  @Test
  void saysThatAnotherProgramKeepsWhatIsToBeErased() throws Exception {
    byte[] secret = Ids.bytes(7, 1000);
    put(1, secret);
    try (Connection other = DriverManager.getConnection("jdbc:sqlite:" + file);
        Statement reading = other.createStatement();
        ResultSet row = reading.executeQuery("select number from things")) {
      assertThat(row.next()).isTrue();
      delete(1);
      assertThat(assertProblem(Status.Code.UNAVAILABLE, database::carryOver))
          .hasMessageContaining("another program reads its file");
      assertThat(FileContents.of(folder)).anyMatch(bytes -> FileContents.holds(bytes, secret));
    }

    database.carryOver();
    assertThat(FileContents.of(folder)).noneMatch(bytes -> FileContents.holds(bytes, secret));
  }

  private void delete(int number) throws InterruptedException {
    database.write(
        session -> {
          session.update("delete from things where number = ?", number);
          return true;
        });
  }

  @Test
  void theLogIsBounded() throws Exception {
    for (int i = 0; i < 80; i++) {
      put(i, new byte[1 << 20]);
    }
    assertThat(Files.size(folder.resolve("things.db-wal"))).isLessThan(34 << 20);
  }

  @Test
  void onceClosedItIsUnavailable() {
    database.close();
    database.close();

    assertThat(database.isOpen()).isFalse();
    assertThat(assertProblem(Status.Code.UNAVAILABLE, this::numbers))
        .hasMessageContaining("closed");
    assertProblem(Status.Code.UNAVAILABLE, () -> put(1, new byte[1]));
  }
}
