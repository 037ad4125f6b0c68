package ai.laconic.cache.disk;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;

/** An SQLite file and what SQLite keeps beside it. */
record DatabaseFile(Path path) {
  private static final String LOG = "-wal";
  private static final String SHARED_MEMORY = "-shm";

  String url() {
    return "jdbc:sqlite:" + path;
  }

  /** Returns the bytes of the log, 0 if there is none. */
  long logBytes() {
    return beside(LOG).toFile().length();
  }

  /** Whether a failure comes from what the file says of itself, though it may be written to. */
  boolean deniesWrites(SQLException failure) {
    return SqliteProblems.isReadOnly(failure) && Files.isWritable(path);
  }

  /** Deletes it all; nobody may have it open. */
  void delete() throws SQLException {
    try {
      for (Path file : List.of(path, beside(LOG), beside(SHARED_MEMORY))) {
        Files.deleteIfExists(file);
      }
    } catch (IOException failure) {
      throw new SQLException(path + ": can't be deleted", failure);
    }
  }

  private Path beside(String suffix) {
    return path.resolveSibling(path.getFileName() + suffix);
  }

  @Override
  public String toString() {
    return path.toString();
  }
}
