package ai.laconic.cache.disk;

import ai.laconic.cache.store.BlockStoreContract;
import ai.laconic.cache.store.StoreHarness;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

class DiskBlockStoreTest extends BlockStoreContract {
  @TempDir private Path directory;

  @Override
  protected StoreHarness open() throws Exception {
    return new DiskHarness(directory);
  }
}
