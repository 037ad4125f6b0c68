package ai.laconic.cache.disk;

import ai.laconic.cache.context.ContextsContract;
import ai.laconic.cache.store.StoreHarness;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

class DiskContextsTest extends ContextsContract {
  @TempDir private Path directory;
  private int opened;

  /** Each life begins with empty stores. */
  @Override
  protected StoreHarness open() throws Exception {
    return new DiskHarness(directory.resolve("stores-" + opened++));
  }

  @Override
  protected int lives() {
    return 3;
  }
}
