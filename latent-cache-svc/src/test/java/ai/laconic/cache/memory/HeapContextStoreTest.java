package ai.laconic.cache.memory;

import ai.laconic.cache.store.ContextStoreContract;
import ai.laconic.cache.store.StoreHarness;

class HeapContextStoreTest extends ContextStoreContract {
  @Override
  protected StoreHarness open() {
    return new HeapHarness();
  }
}
