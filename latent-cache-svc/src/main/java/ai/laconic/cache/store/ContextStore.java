package ai.laconic.cache.store;

import ai.laconic.servicekit.health.ReadinessCheck;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Keeps what must not be lost: small records, changed in transactions, and source texts, written
 * once. Nothing expires and nothing is evicted: what is stored stays until it is removed. What was
 * acknowledged survives whatever the store promises to survive. All methods may be called by many
 * threads at once.
 *
 * <p>A store speaks in {@link ai.laconic.servicekit.error.Problems}: RESOURCE_EXHAUSTED when it is
 * full, UNAVAILABLE when it can't be reached.
 */
public interface ContextStore extends ReadinessCheck, AutoCloseable {
  /**
   * Runs {@code work} on a partition. Transactions of one partition happen one after the other, as
   * far as anyone can tell; {@code work} runs again if another came in between, so it must do
   * nothing but read, compute and write through its transaction. If it throws, nothing is changed.
   */
  <T> T transact(Partition partition, Work<T> work) throws InterruptedException;

  /**
   * Runs {@code work}, which only reads. Its reads may be of different moments, but never of an
   * unfinished transaction.
   */
  <T> T read(Partition partition, Work<T> work) throws InterruptedException;

  /** What happens in a transaction. */
  @FunctionalInterface
  interface Work<T> {
    T in(Transaction transaction) throws InterruptedException;
  }

  /** Returns the partitions that have, or had, records. */
  Set<Partition> partitions() throws InterruptedException;

  /**
   * Stores texts of a collection. Stored when it returns; no transaction knows of them.
   *
   * @param collection letters, digits and underscores
   * @param texts by number from 0; handed over
   */
  void putTexts(Partition partition, String collection, Map<Integer, byte[]> texts)
      throws InterruptedException;

  /**
   * Reads texts of a collection and hands them on in the order of {@code numbers}. However many
   * there are, only a few megabytes of them, or one larger text, are in memory at once.
   */
  void readTexts(Partition partition, String collection, List<Integer> numbers, TextReader reader)
      throws InterruptedException;

  /** Takes texts one after the other. */
  @FunctionalInterface
  interface TextReader {
    /**
     * Takes the next.
     *
     * @param text null if it is not here; not to be written to
     */
    void take(int number, byte @Nullable [] text) throws InterruptedException;
  }

  /** Erases all texts of a collection; fine if there is none. */
  void removeTexts(Partition partition, String collection) throws InterruptedException;

  @Override
  void close();
}
