package ai.laconic.cache.disk;

import ai.laconic.cache.SettableClock;
import ai.laconic.cache.store.BlockStore;
import ai.laconic.cache.store.ContextStore;
import ai.laconic.cache.store.StoreHarness;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;

/** Both stores in a directory. */
public final class DiskHarness implements StoreHarness {
  private final SettableClock clock = new SettableClock();
  private final DiskStores stores;

  public DiskHarness(Path directory) throws Exception {
    this.stores = DiskStores.open(directory, 64 << 20, clock);
  }

  @Override
  public BlockStore blocks() {
    return stores.blocks();
  }

  @Override
  public ContextStore contexts() {
    return stores.contexts();
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
    stores.close();
  }
}
