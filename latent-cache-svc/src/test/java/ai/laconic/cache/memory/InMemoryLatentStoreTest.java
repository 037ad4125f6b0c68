package ai.laconic.cache.memory;

import ai.laconic.cache.SettableClock;
import ai.laconic.cache.store.LatentStore;
import ai.laconic.cache.store.LatentStoreContract;
import ai.laconic.cache.store.StoreHarness;
import java.time.Duration;
import java.time.Instant;

class InMemoryLatentStoreTest extends LatentStoreContract {
  @Override
  protected StoreHarness newHarness() {
    SettableClock clock = new SettableClock();
    InMemoryLatentStore store = new InMemoryLatentStore(64 << 20, clock);
    return new StoreHarness() {
      @Override
      public LatentStore store() {
        return store;
      }

      @Override
      public Instant now() {
        return clock.instant();
      }

      @Override
      public void elapse(Duration time) {
        clock.advance(time);
      }

      @Override
      public void close() {
        store.close();
      }
    };
  }
}
