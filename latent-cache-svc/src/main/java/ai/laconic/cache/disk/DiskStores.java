package ai.laconic.cache.disk;

import ai.laconic.cache.store.BlockStore;
import ai.laconic.cache.store.ContextStore;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.InstantSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Both stores in a directory, which nobody else can open until they are closed. */
public final class DiskStores implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(DiskStores.class);

  /** Made before the blocks' file. */
  private static final String CONTEXTS = "contexts.db";

  private static final String BLOCKS = "blocks.db";

  private final DataDirectory directory;
  private final ContextStore contexts;
  private final BlockStore blocks;

  private DiskStores(DataDirectory directory, ContextStore contexts, BlockStore blocks) {
    this.directory = directory;
    this.contexts = contexts;
    this.blocks = blocks;
  }

  /**
   * Opens the stores in a directory, which is created if it is missing.
   *
   * @param maxBlockBytes bound on all blocks together, with what their rows take
   * @param clock tells which blocks have expired
   */
  public static DiskStores open(Path path, long maxBlockBytes, InstantSource clock)
      throws DataDirectoryException, InterruptedException {
    DataDirectory directory = DataDirectory.open(path);
    try {
      return open(directory, maxBlockBytes, clock);
    } catch (DataDirectoryException | InterruptedException | RuntimeException failure) {
      release(directory);
      throw failure;
    }
  }

  private static DiskStores open(DataDirectory directory, long maxBlockBytes, InstantSource clock)
      throws DataDirectoryException, InterruptedException {
    Path file = directory.file(CONTEXTS);
    refuseLostContexts(directory);
    try {
      ContextStore contexts = new DiskContextStore(file);
      try {
        file = directory.file(BLOCKS);
        return new DiskStores(directory, contexts, new DiskBlockStore(file, maxBlockBytes, clock));
      } catch (SQLException | InterruptedException | RuntimeException failure) {
        contexts.close();
        throw failure;
      }
    } catch (SQLException failure) {
      throw new DataDirectoryException(
          directory.path(),
          file.getFileName() + " can't be opened, " + SqliteProblems.code(failure),
          SqliteProblems.isDamage(failure)
              ? "the file as it was written; restore it, or begin with another directory"
              : "a file that this user may read and write, and free space beside it",
          failure);
    }
  }

  /** Contexts are promises: where there were some, none is no way to begin. */
  private static void refuseLostContexts(DataDirectory directory) throws DataDirectoryException {
    if (directory.file(BLOCKS).toFile().exists()
        && directory.file(CONTEXTS).toFile().length() == 0) {
      throw new DataDirectoryException(
          directory.path(),
          "holds a cache whose " + CONTEXTS + " is missing or empty",
          "the file as it was written; restore it, or begin with another directory");
    }
  }

  public ContextStore contexts() {
    return contexts;
  }

  public BlockStore blocks() {
    return blocks;
  }

  @Override
  public void close() {
    blocks.close();
    contexts.close();
    release(directory);
  }

  private static void release(DataDirectory directory) {
    try {
      directory.close();
    } catch (IOException failure) {
      log.warn("{}: its lock does not close", directory.path(), failure);
    }
  }
}
