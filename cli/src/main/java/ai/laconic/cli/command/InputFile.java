package ai.laconic.cli.command;

import java.nio.file.Files;
import java.nio.file.Path;

/** A text that a command line names. */
final class InputFile {
  private InputFile() {}

  /** Returns {@code path}; what is said on reading a directory doesn't name it. */
  static Path checked(Path path) {
    if (Files.isDirectory(path)) {
      throw new IllegalArgumentException("file: " + path + " (expected: a file, not a directory)");
    }
    return path;
  }
}
