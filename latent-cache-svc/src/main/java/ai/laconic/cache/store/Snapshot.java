package ai.laconic.cache.store;

import java.util.Collection;
import java.util.List;
import java.util.Map;

/** The records of a partition as a store has them: what a {@link BufferedTransaction} reads. */
public interface Snapshot {
  Map<String, byte[]> getAll(Collection<String> keys) throws InterruptedException;

  /**
   * Returns up to {@code limit} records from {@code from} to before {@code before}.
   *
   * @param descending whether from the last down
   */
  List<StoredRecord> range(String from, String before, int limit, boolean descending)
      throws InterruptedException;
}
