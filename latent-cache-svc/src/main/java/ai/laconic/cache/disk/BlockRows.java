package ai.laconic.cache.disk;

import ai.laconic.cache.disk.BlockIndex.Life;
import ai.laconic.cache.store.StoredBlock;
import ai.laconic.runtime.latent.LatentId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sqlite.SQLiteConfig.SynchronousMode;

/** The file of the blocks: their bytes, and in a row beside them what the index must know. */
final class BlockRows implements AutoCloseable {
  static final String NAME = "blocks on disk";

  private static final Logger log = LoggerFactory.getLogger(BlockRows.class);

  /** Bytes lie apart: a life that grows must not write them again. */
  private static final List<Table> TABLES =
      List.of(
          new Table(
              "lives",
              "(row integer primary key, id blob not null,"
                  + " size integer not null, tokens integer not null, expires integer not null,"
                  + " used_at real not null)"),
          new Table("blocks", "(row integer primary key, bytes blob not null)"));

  private final DatabaseFile file;
  private final Database database;

  private BlockRows(DatabaseFile file, Database database) {
    this.file = file;
    this.database = database;
  }

  /** Opens the file; an empty one takes the place of one that is damaged. */
  static BlockRows open(DatabaseFile file) throws SQLException {
    try {
      return new BlockRows(file, database(file));
    } catch (SQLException failure) {
      if (!SqliteProblems.isDamage(failure) && !file.deniesWrites(failure)) {
        throw failure;
      }
      warnOfDamage(file, failure);
      file.delete();
      return new BlockRows(file, database(file));
    }
  }

  private static Database database(DatabaseFile file) throws SQLException {
    return new Database(NAME, file, SynchronousMode.NORMAL, TABLES);
  }

  /** Adds all blocks to an index, without reading their bytes. */
  void load(BlockIndex index) throws InterruptedException {
    database.read(
        session ->
            session.query(
                "select row, id, size, tokens, expires, used_at from lives",
                row -> {
                  index.add(
                      LatentId.of(Session.bytes(row, 2)), row.getInt(3), row.getInt(4), life(row));
                  return true;
                }));
  }

  private static Life life(ResultSet row) throws SQLException {
    return new Life(row.getLong(1), Instant.ofEpochMilli(row.getLong(5)), row.getDouble(6));
  }

  /** Returns the bytes in a row. */
  Optional<byte[]> find(long row) throws InterruptedException {
    return database.read(
        session ->
            Optional.ofNullable(session.bytes("select bytes from blocks where row = ?", row)));
  }

  /** Writes a block into its row and deletes others, both or neither. */
  void put(LatentId id, StoredBlock block, Life life, List<Long> others)
      throws InterruptedException {
    database.write(
        session -> {
          delete(session, others);
          session.update(
              "insert or replace into lives values (?, ?, ?, ?, ?, ?)",
              life.row(),
              id.bytes(),
              block.bytes().length,
              block.tokens(),
              life.expires().toEpochMilli(),
              life.usedAt());
          session.update("insert or replace into blocks values (?, ?)", life.row(), block.bytes());
          return true;
        });
  }

  /** Writes down how long blocks live and when they were used. */
  void update(List<Life> lives) throws InterruptedException {
    database.write(
        session -> {
          for (Life life : lives) {
            session.update(
                "update lives set expires = ?, used_at = ? where row = ?",
                life.expires().toEpochMilli(),
                life.usedAt(),
                life.row());
          }
          return true;
        });
  }

  void delete(List<Long> rows) throws InterruptedException {
    database.write(
        session -> {
          delete(session, rows);
          return true;
        });
  }

  private static void delete(Session session, List<Long> rows) throws SQLException {
    for (long row : rows) {
      session.update("delete from lives where row = ?", row);
      session.update("delete from blocks where row = ?", row);
    }
  }

  /** When it returns, what was deleted before is in no file any more. */
  void erase() throws InterruptedException {
    database.carryOver();
  }

  /** Begins with an empty file. */
  void startOver(Exception damage) {
    warnOfDamage(file, damage);
    try {
      database.startOver();
    } catch (SQLException again) {
      throw SqliteProblems.of(NAME, again);
    }
  }

  private static void warnOfDamage(DatabaseFile file, Exception failure) {
    log.warn(
        "{}: damaged, replaced by an empty file; blocks are made again: {}",
        file,
        failure.getMessage());
  }

  boolean isOpen() {
    return database.isOpen();
  }

  @Override
  public void close() {
    database.close();
  }
}
