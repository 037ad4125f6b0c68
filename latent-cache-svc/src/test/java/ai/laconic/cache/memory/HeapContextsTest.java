package ai.laconic.cache.memory;

import ai.laconic.cache.context.ContextsContract;
import ai.laconic.cache.store.StoreHarness;

class HeapContextsTest extends ContextsContract {
  @Override
  protected StoreHarness open() {
    return new HeapHarness();
  }

  @Override
  protected int lives() {
    return 100;
  }
}
