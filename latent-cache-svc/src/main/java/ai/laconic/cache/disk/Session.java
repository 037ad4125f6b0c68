package ai.laconic.cache.disk;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/** A connection to a database and the statements that were prepared on it. For one thread. */
final class Session implements AutoCloseable {
  private final Connection connection;
  private final Map<String, PreparedStatement> statements = new HashMap<>();

  Session(Connection connection) {
    this.connection = connection;
  }

  /** Makes a value of a row. IllegalArgumentException: it can't be one that was written here. */
  @FunctionalInterface
  interface RowReader<T> {
    T read(ResultSet row) throws SQLException;
  }

  /** Returns the bytes in a column that always has some. */
  static byte[] bytes(ResultSet row, int column) throws SQLException {
    byte @Nullable [] bytes = row.getBytes(column);
    if (bytes == null) {
      throw noValue(column);
    }
    return bytes;
  }

  /** Returns the text in a column that always has some. */
  static String text(ResultSet row, int column) throws SQLException {
    @Nullable String text = row.getString(column);
    if (text == null) {
      throw noValue(column);
    }
    return text;
  }

  private static IllegalArgumentException noValue(int column) {
    return new IllegalArgumentException("column " + column + ": null (expected: a value)");
  }

  void update(String sql, Object... parameters) throws SQLException {
    run(
        sql,
        statement -> {
          statement.executeUpdate();
          return true;
        },
        parameters);
  }

  <T> List<T> query(String sql, RowReader<T> reader, Object... parameters) throws SQLException {
    return run(
        sql,
        statement -> {
          List<T> rows = new ArrayList<>();
          try (ResultSet found = statement.executeQuery()) {
            while (found.next()) {
              rows.add(reader.read(found));
            }
          } catch (IllegalArgumentException notOurs) {
            throw new SQLiteException(notOurs.getMessage(), SQLiteErrorCode.SQLITE_CORRUPT);
          }
          return rows;
        },
        parameters);
  }

  /** Returns the value of the first column of the only row; null if there is none. */
  byte @Nullable [] bytes(String sql, Object... parameters) throws SQLException {
    List<byte[]> found = query(sql, row -> bytes(row, 1), parameters);
    return found.isEmpty() ? null : found.get(0);
  }

  /** What is done with a statement that has its parameters. */
  @FunctionalInterface
  private interface Use<T> {
    T of(PreparedStatement statement) throws SQLException;
  }

  private <T> T run(String sql, Use<T> use, Object... parameters) throws SQLException {
    PreparedStatement statement = statements.get(sql);
    if (statement == null) {
      statement = connection.prepareStatement(sql);
      statements.put(sql, statement);
    }
    try {
      for (int i = 0; i < parameters.length; i++) {
        statement.setObject(i + 1, parameters[i]);
      }
      T result = use.of(statement);
      // A block of megabytes must not wait here for the next one.
      statement.clearParameters();
      return result;
    } catch (SQLException | RuntimeException | Error failure) {
      forget(sql, statement, failure);
      throw failure;
    }
  }

  /** A statement that failed is of no more use: the driver may have ended it. */
  private void forget(String sql, PreparedStatement statement, Throwable failure) {
    statements.remove(sql);
    try {
      statement.close();
    } catch (SQLException ended) {
      failure.addSuppressed(ended);
    }
  }

  @Override
  public void close() throws SQLException {
    connection.close();
  }
}
