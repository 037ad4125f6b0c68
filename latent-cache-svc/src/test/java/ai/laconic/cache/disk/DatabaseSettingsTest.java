package ai.laconic.cache.disk;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.sqlite.SQLiteConfig.SynchronousMode;

class DatabaseSettingsTest {
  private static final List<String> NAMES =
      List.of(
          "page_size",
          "journal_mode",
          "wal_autocheckpoint",
          "fullfsync",
          "checkpoint_fullfsync",
          "secure_delete",
          "busy_timeout",
          "synchronous");

  @TempDir private Path directory;

  @ParameterizedTest
  @CsvSource({"NORMAL, 1", "FULL, 2"})
  void sqliteTookEverySetting(SynchronousMode durability, String synchronous) throws Exception {
    try (Database database = open(durability)) {
      assertThat(database.read(DatabaseSettingsTest::settings))
          .isEqualTo(database.write(DatabaseSettingsTest::settings))
          .containsExactly("16384", "wal", "0", "1", "1", "1", "1000", synchronous);
    }
  }

  @Test
  void pagesAreLargeAfterARestartToo() throws Exception {
    open(SynchronousMode.FULL).close();

    try (Database database = open(SynchronousMode.FULL)) {
      assertThat(database.read(DatabaseSettingsTest::settings)).startsWith("16384");
    }
  }

  private static List<String> settings(Session session) throws SQLException {
    List<String> values = new ArrayList<>();
    for (String name : NAMES) {
      values.addAll(session.query("pragma " + name, row -> row.getString(1)));
    }
    return values;
  }

  private Database open(SynchronousMode durability) throws Exception {
    return new Database(
        "things",
        new DatabaseFile(directory.resolve("things.db")),
        durability,
        List.of(new Table("things", "(number integer primary key)")));
  }
}
