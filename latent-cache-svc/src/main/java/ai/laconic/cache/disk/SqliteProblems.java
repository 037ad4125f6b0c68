package ai.laconic.cache.disk;

import ai.laconic.servicekit.error.Problems;
import java.sql.SQLException;
import java.time.Duration;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/** What a failed statement means to a client. */
final class SqliteProblems {
  private static final Duration RETRY_AFTER = Duration.ofSeconds(1);
  private static final Duration RETRY_AFTER_FULL = Duration.ofSeconds(30);

  private SqliteProblems() {}

  /**
   * Returns the problem to throw.
   *
   * @param database what failed, such as "contexts on disk"
   */
  static RuntimeException of(String database, SQLException failure) {
    SQLiteErrorCode code = code(failure);
    if (isDamage(failure)) {
      return Problems.dataLoss(database, "damaged, " + failure.getMessage());
    }
    return switch (primary(code)) {
      case SQLITE_FULL ->
          Problems.exhausted(database, "the disk is full", "free space on it", RETRY_AFTER_FULL);
      case SQLITE_IOERR, SQLITE_BUSY, SQLITE_CANTOPEN, SQLITE_READONLY, SQLITE_NOMEM ->
          Problems.unavailable(database, "the disk answers " + code, RETRY_AFTER);
      default -> new IllegalStateException(database + ": a statement failed", failure);
    };
  }

  /**
   * Whether the file itself is to blame, and will be until it is replaced. Our statements are
   * always the same: one that fails by itself met tables that aren't ours any more.
   */
  static boolean isDamage(SQLException failure) {
    return switch (primary(code(failure))) {
      case SQLITE_CORRUPT, SQLITE_NOTADB, SQLITE_ERROR, SQLITE_MISMATCH, SQLITE_CONSTRAINT -> true;
      default -> false;
    };
  }

  /** Whether there is no room on the disk. */
  static boolean isFull(SQLException failure) {
    return primary(code(failure)) == SQLiteErrorCode.SQLITE_FULL;
  }

  /** Whether the file takes no writes. */
  static boolean isReadOnly(SQLException failure) {
    return primary(code(failure)) == SQLiteErrorCode.SQLITE_READONLY;
  }

  static SQLiteErrorCode code(SQLException failure) {
    return failure instanceof SQLiteException sqlite
        ? sqlite.getResultCode()
        : SQLiteErrorCode.getErrorCode(failure.getErrorCode());
  }

  /** Returns the code that an extended one is a kind of. */
  private static SQLiteErrorCode primary(SQLiteErrorCode code) {
    return SQLiteErrorCode.getErrorCode(code.code & 0xFF);
  }
}
