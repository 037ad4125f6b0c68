package ai.laconic.cache.disk;

import ai.laconic.cache.context.ContextWriting;
import java.nio.file.Path;
import java.time.InstantSource;

/** A process that writes contexts until somebody kills it. It says the number of each promised. */
final class DyingWriter {
  private DyingWriter() {}

  public static void main(String[] arguments) throws Exception {
    int next = Integer.parseInt(arguments[1]);
    DiskStores stores = DiskStores.open(Path.of(arguments[0]), 64 << 20, InstantSource.system());
    ContextWriting writing = new ContextWriting(stores.contexts(), stores.blocks());
    while (true) {
      writing.write(next);
      System.out.println(next);
      next++;
    }
  }
}
