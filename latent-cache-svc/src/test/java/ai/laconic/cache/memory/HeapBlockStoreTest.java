package ai.laconic.cache.memory;

import ai.laconic.cache.store.BlockStoreContract;
import ai.laconic.cache.store.StoreHarness;

class HeapBlockStoreTest extends BlockStoreContract {
  @Override
  protected StoreHarness open() {
    return new HeapHarness();
  }
}
