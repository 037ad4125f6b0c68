package ai.laconic.cache.store;

import java.time.Duration;
import java.time.Instant;

/** A store under test, empty at first, and its time. */
public interface StoreHarness extends AutoCloseable {
  LatentStore store();

  Instant now();

  /** Lets time pass, for the store and for whatever it keeps its things in. */
  void elapse(Duration time) throws Exception;

  @Override
  void close();
}
