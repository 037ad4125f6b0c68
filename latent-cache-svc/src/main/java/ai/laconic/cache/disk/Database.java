package ai.laconic.cache.disk;

import ai.laconic.servicekit.error.Problems;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sqlite.SQLiteConfig.SynchronousMode;
import org.sqlite.SQLiteErrorCode;

/**
 * An SQLite file: one session that writes, and a few that read and never wait for it. A transaction
 * goes to a log beside the file first. What is deleted is overwritten with zeros in the file when
 * the log is carried over to it, and the log is cut to nothing then.
 */
final class Database implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Database.class);

  private static final int VERSION = 1;
  private static final int READERS = 4;
  // Large values are read page by page.
  static final int PAGE_BYTES = 16 << 10;
  private static final int CACHE_KIB = 4 << 10;
  private static final long MOST_LOG_BYTES = 32 << 20;
  // Only somebody else's program can make us wait: within this process nobody meets another.
  private static final int BUSY_MILLIS = 1000;
  private static final Duration RETRY_AFTER = Duration.ofSeconds(1);
  private static final String CARRY_OVER = "pragma wal_checkpoint(truncate)";

  /** One after the other: a file that has a log keeps its size of pages. */
  private static final List<String> SETTINGS =
      List.of(
          "busy_timeout = " + BUSY_MILLIS,
          "page_size = " + PAGE_BYTES,
          "journal_mode = wal",
          "wal_autocheckpoint = 0",
          // Without these a Mac's disk keeps what it was told to write down in its own memory.
          "fullfsync = on",
          "checkpoint_fullfsync = on",
          "secure_delete = on",
          "temp_store = memory",
          "cache_size = -" + CACHE_KIB);

  private final String name;
  private final DatabaseFile file;
  private final SynchronousMode durability;
  private final List<Table> tables;

  private final ReentrantLock writing = new ReentrantLock();
  private final Semaphore reading = new Semaphore(READERS, true);
  private final Queue<Session> idleReaders = new ConcurrentLinkedQueue<>();
  private Session writer;
  private volatile boolean open = true;

  /**
   * Opens a file, or creates it.
   *
   * @param name of what it holds, for messages
   * @param durability FULL: a transaction that is done survives a power failure. NORMAL: it
   *     survives the death of the process, and a power failure once the log is carried over
   * @param tables that an empty file gets, and that any other one has
   */
  Database(String name, DatabaseFile file, SynchronousMode durability, List<Table> tables)
      throws SQLException {
    this.name = name;
    this.file = file;
    this.durability = durability;
    this.tables = List.copyOf(tables);
    this.writer = start();
  }

  /** What happens to a database. */
  @FunctionalInterface
  interface Work<T> {
    T in(Session session) throws SQLException;
  }

  /** Runs {@code work}, which reads. */
  <T> T read(Work<T> work) throws InterruptedException {
    reading.acquire();
    try {
      checkOpen();
      Session idle = idleReaders.poll();
      Session session = idle == null ? connect() : idle;
      try {
        return work.in(session);
      } finally {
        idleReaders.add(session);
      }
    } catch (SQLException failure) {
      throw SqliteProblems.of(name, failure);
    } finally {
      reading.release();
    }
  }

  /**
   * Runs {@code work} in a transaction; if it throws, nothing is changed. On a full disk it runs
   * again once the log is cut: what that took may be all that is missing.
   */
  <T> T write(Work<T> work) throws InterruptedException {
    writing.lockInterruptibly();
    try {
      checkOpen();
      T result = transactInRoom(work);
      boundLog();
      return result;
    } catch (SQLException failure) {
      throw SqliteProblems.of(name, failure);
    } finally {
      writing.unlock();
    }
  }

  /**
   * Carries the log over to the file. When it returns, what was deleted before is in neither any
   * more, and everything else survives a power failure.
   */
  void carryOver() throws InterruptedException {
    writing.lockInterruptibly();
    try {
      checkOpen();
      if (file.logBytes() > 0 && !checkpoint()) {
        throw Problems.unavailable(
            name, "another program reads its file, so its log stays", RETRY_AFTER);
      }
    } catch (SQLException failure) {
      throw SqliteProblems.of(name, failure);
    } finally {
      writing.unlock();
    }
  }

  /** Throws the file away and begins with an empty one; closed if that fails. */
  void startOver() throws SQLException {
    writing.lock();
    reading.acquireUninterruptibly(READERS);
    try {
      checkOpen();
      open = false;
      disconnect();
      file.delete();
      writer = start();
      open = true;
    } finally {
      reading.release(READERS);
      writing.unlock();
    }
  }

  boolean isOpen() {
    return open;
  }

  /** Waits for those who read and write. */
  @Override
  public void close() {
    writing.lock();
    reading.acquireUninterruptibly(READERS);
    try {
      if (open) {
        open = false;
        disconnect();
      }
    } finally {
      reading.release(READERS);
      writing.unlock();
    }
  }

  private <T> T transactInRoom(Work<T> work) throws SQLException {
    try {
      return transact(work);
    } catch (SQLException failure) {
      if (!SqliteProblems.isFull(failure) || file.logBytes() == 0) {
        throw failure;
      }
      cutLog(failure);
      return transact(work);
    }
  }

  private void cutLog(SQLException failure) throws SQLException {
    try {
      checkpoint();
    } catch (SQLException noRoomForIt) {
      failure.addSuppressed(noRoomForIt);
      throw failure;
    }
  }

  private <T> T transact(Work<T> work) throws SQLException {
    writer.update("begin immediate");
    try {
      T result = work.in(writer);
      writer.update("commit");
      return result;
    } catch (SQLException | RuntimeException | Error failure) {
      rollBack(failure);
      throw failure;
    }
  }

  private void rollBack(Throwable failure) {
    try {
      writer.update("rollback");
    } catch (SQLException alreadyDone) {
      // SQLite did it itself, as it does on a full disk.
      failure.addSuppressed(alreadyDone);
    }
  }

  /** What was written is safe: that the log can't be carried over now is no failure of it. */
  private void boundLog() {
    if (file.logBytes() <= MOST_LOG_BYTES) {
      return;
    }
    try {
      if (!checkpoint()) {
        log.warn(
            "{}: log of {} bytes stays, another program reads the file", file, file.logBytes());
      }
    } catch (SQLException failure) {
      log.warn(
          "{}: log of {} bytes can't be carried over: {}",
          file,
          file.logBytes(),
          failure.getMessage());
    }
  }

  /**
   * Readers of older states would keep their part of the log alive: those of this process finish
   * first.
   *
   * @return whether the log is empty: a reader of another process may keep it
   */
  private boolean checkpoint() throws SQLException {
    reading.acquireUninterruptibly(READERS);
    try {
      return writer.query(CARRY_OVER, row -> row.getInt(1)).equals(List.of(0));
    } finally {
      reading.release(READERS);
    }
  }

  private void checkOpen() {
    if (!open) {
      throw Problems.unavailable(name, "closed", RETRY_AFTER);
    }
  }

  private Session start() throws SQLException {
    Session session = connect();
    try {
      prepare(session);
      tryWriting(session);
      return session;
    } catch (SQLException failure) {
      session.close();
      throw failure;
    }
  }

  /** A file that has tables has all of ours, or it is another one: it isn't filled up. */
  private void prepare(Session session) throws SQLException {
    List<String> found =
        session.query(
            "select name from sqlite_master where type = 'table'", row -> row.getString(1));
    if (found.isEmpty()) {
      create(session);
    }
    for (Table table : tables) {
      if (!found.isEmpty() && !found.contains(table.name())) {
        throw notOurs("no table \"" + table.name() + "\"");
      }
    }
    int version = session.query("pragma user_version", row -> row.getInt(1)).get(0);
    if (version > VERSION) {
      throw notOurs("version " + version + " (expected: at most " + VERSION + ")");
    }
  }

  /** All or none: a process may die in between. */
  private void create(Session session) throws SQLException {
    session.update("begin immediate");
    for (Table table : tables) {
      session.update("create table " + table.name() + " " + table.definition());
    }
    session.update("commit");
  }

  private SQLException notOurs(String why) {
    return new SQLException(file + ": " + why, null, SQLiteErrorCode.SQLITE_CORRUPT.code);
  }

  /**
   * That a file takes no writes is found out at the start, not by the first who writes. A full disk
   * is no reason not to start: what is there can be read, the log as well as the file.
   */
  private void tryWriting(Session session) throws SQLException {
    try {
      session.update("pragma user_version = " + VERSION);
      session.query(CARRY_OVER, row -> row.getInt(1));
    } catch (SQLException failure) {
      if (!SqliteProblems.isFull(failure)) {
        throw failure;
      }
      log.warn(
          "{}: the disk is full, so it can only be read; log of {} bytes stays",
          file,
          file.logBytes());
    }
  }

  private Session connect() throws SQLException {
    Connection connection = DriverManager.getConnection(file.url());
    try (Statement statement = connection.createStatement()) {
      for (String setting : SETTINGS) {
        statement.execute("pragma " + setting);
      }
      statement.execute("pragma synchronous = " + durability);
      return new Session(connection);
    } catch (SQLException failure) {
      connection.close();
      throw failure;
    }
  }

  private void disconnect() {
    for (Session reader = idleReaders.poll(); reader != null; reader = idleReaders.poll()) {
      close(reader);
    }
    close(writer);
  }

  private void close(Session session) {
    try {
      session.close();
    } catch (SQLException failure) {
      log.warn("{}: does not close", file, failure);
    }
  }
}
