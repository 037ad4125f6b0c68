package ai.laconic.cache.store;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Reads and changes records of one partition. What it writes is seen by its own reads at once, and
 * by others when it is committed: all of it or nothing. Keys are ASCII without spaces. Used by one
 * thread.
 */
public interface Transaction {
  Optional<byte[]> get(String key) throws InterruptedException;

  /** Returns those of the records that are there, in one round trip. */
  Map<String, byte[]> getAll(Collection<String> keys) throws InterruptedException;

  /**
   * Returns records in the order of their keys, byte by byte.
   *
   * @param from first key
   * @param before key behind the last
   * @param limit the most records to return
   */
  List<StoredRecord> range(String from, String before, int limit) throws InterruptedException;

  /** As {@link #range}, from the last key down. */
  List<StoredRecord> rangeDown(String from, String before, int limit) throws InterruptedException;

  /**
   * @param value handed over: nobody writes to it afterwards
   */
  void put(String key, byte[] value);

  /** Removes a record; fine if there is none. */
  void remove(String key);
}
