package ai.laconic.cache.memory;

import ai.laconic.cache.SettableClock;
import ai.laconic.cache.store.StoreHarness;
import java.time.Duration;
import java.time.Instant;

/** Both stores on the heap. */
public final class HeapHarness implements StoreHarness {
  private final SettableClock clock = new SettableClock();
  private final HeapBlockStore blocks = new HeapBlockStore(64 << 20, clock);
  private final HeapContextStore contexts = new HeapContextStore(64 << 20);

  @Override
  public HeapBlockStore blocks() {
    return blocks;
  }

  @Override
  public HeapContextStore contexts() {
    return contexts;
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
    blocks.close();
    contexts.close();
  }
}
