package ai.laconic.cache.disk;

import java.nio.file.Path;

/** Says why a directory can't hold the cache, in one sentence. */
public final class DataDirectoryException extends Exception {
  private static final long serialVersionUID = 1L;

  DataDirectoryException(Path directory, String found, String expected) {
    super("data directory " + directory + ": " + found + " (expected: " + expected + ")");
  }

  DataDirectoryException(Path directory, String found, String expected, Throwable cause) {
    this(directory, found, expected);
    initCause(cause);
  }
}
