package ai.laconic.cache.disk;

import ai.laconic.cache.store.BufferedTransaction;
import ai.laconic.cache.store.ContextStore;
import ai.laconic.cache.store.Partition;
import ai.laconic.cache.store.Snapshot;
import ai.laconic.cache.store.StoredRecord;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import org.sqlite.SQLiteConfig.SynchronousMode;

/** Records and texts on disk. What was acknowledged survives a power failure. */
final class DiskContextStore implements ContextStore {
  static final String NAME = "contexts on disk";

  private static final List<Table> TABLES =
      List.of(
          new Table(
              "records",
              "(partition text not null, key text not null,"
                  + " value blob not null, primary key (partition, key)) without rowid"),
          new Table(
              "texts",
              "(partition text not null, collection text not null,"
                  + " number integer not null, text blob not null,"
                  + " primary key (partition, collection, number)) without rowid"),
          new Table("partitions", "(name text primary key) without rowid"));

  private final Database database;
  private final ReentrantLock transacting = new ReentrantLock();

  DiskContextStore(Path file) throws SQLException {
    this.database = new Database(NAME, new DatabaseFile(file), SynchronousMode.FULL, TABLES);
  }

  @Override
  public <T> T transact(Partition partition, Work<T> work) throws InterruptedException {
    transacting.lockInterruptibly();
    try {
      BufferedTransaction transaction = new BufferedTransaction(new DiskSnapshot(partition), false);
      T result = work.in(transaction);
      if (!transaction.writes().isEmpty()) {
        apply(partition, transaction.writes());
      }
      return result;
    } finally {
      transacting.unlock();
    }
  }

  private void apply(Partition partition, Map<String, Optional<byte[]>> writes)
      throws InterruptedException {
    database.write(
        session -> {
          session.update("insert or ignore into partitions values (?)", partition.name());
          for (Map.Entry<String, Optional<byte[]>> write : writes.entrySet()) {
            if (write.getValue().isPresent()) {
              session.update(
                  "insert or replace into records values (?, ?, ?)",
                  partition.name(),
                  write.getKey(),
                  write.getValue().get());
            } else {
              session.update(
                  "delete from records where partition = ? and key = ?",
                  partition.name(),
                  write.getKey());
            }
          }
          return true;
        });
  }

  @Override
  public <T> T read(Partition partition, Work<T> work) throws InterruptedException {
    return work.in(new BufferedTransaction(new DiskSnapshot(partition), true));
  }

  @Override
  public Set<Partition> partitions() throws InterruptedException {
    return new LinkedHashSet<>(
        database.read(
            session ->
                session.query(
                    "select name from partitions", row -> new Partition(Session.text(row, 1)))));
  }

  @Override
  public void putTexts(Partition partition, String collection, Map<Integer, byte[]> texts)
      throws InterruptedException {
    database.write(
        session -> {
          for (Map.Entry<Integer, byte[]> text : texts.entrySet()) {
            session.update(
                "insert or replace into texts values (?, ?, ?, ?)",
                partition.name(),
                collection,
                text.getKey(),
                text.getValue());
          }
          return true;
        });
  }

  @Override
  public void readTexts(
      Partition partition, String collection, List<Integer> numbers, TextReader reader)
      throws InterruptedException {
    for (int number : numbers) {
      List<byte[]> text =
          database.read(
              session ->
                  session.query(
                      "select text from texts"
                          + " where partition = ? and collection = ? and number = ?",
                      row -> Session.bytes(row, 1),
                      partition.name(),
                      collection,
                      number));
      reader.take(number, text.isEmpty() ? null : text.get(0));
    }
  }

  @Override
  public void removeTexts(Partition partition, String collection) throws InterruptedException {
    database.write(
        session -> {
          session.update(
              "delete from texts where partition = ? and collection = ?",
              partition.name(),
              collection);
          return true;
        });
    database.carryOver();
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public boolean ready() {
    return database.isOpen();
  }

  @Override
  public void close() {
    database.close();
  }

  /** Every read sees the transactions that are done. */
  private final class DiskSnapshot implements Snapshot {
    private final Partition partition;

    DiskSnapshot(Partition partition) {
      this.partition = partition;
    }

    @Override
    public Map<String, byte[]> getAll(Collection<String> keys) throws InterruptedException {
      return database.read(
          session -> {
            Map<String, byte[]> found = new HashMap<>();
            for (String key : keys) {
              session
                  .query(
                      "select value from records where partition = ? and key = ?",
                      row -> Session.bytes(row, 1),
                      partition.name(),
                      key)
                  .forEach(value -> found.put(key, value));
            }
            return found;
          });
    }

    @Override
    public List<StoredRecord> range(String from, String before, int limit, boolean descending)
        throws InterruptedException {
      return database.read(
          session ->
              session.query(
                  "select key, value from records where partition = ? and key >= ? and key < ?"
                      + " order by key "
                      + (descending ? "desc" : "asc")
                      + " limit ?",
                  row -> new StoredRecord(Session.text(row, 1), Session.bytes(row, 2)),
                  partition.name(),
                  from,
                  before,
                  limit));
    }
  }
}
