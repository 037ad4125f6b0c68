package ai.laconic.cache.store;

import java.time.Duration;
import java.time.Instant;

/** Both stores of one kind under test, empty at first, and their time. */
public interface StoreHarness extends AutoCloseable {
  BlockStore blocks();

  ContextStore contexts();

  Instant now();

  /** Lets time pass, for the stores and for whatever they keep their things in. */
  void elapse(Duration time) throws Exception;
}
