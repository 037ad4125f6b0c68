package ai.laconic.runtime.quantise;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * A directory that appears under its name when it is complete, and not at all otherwise: until then
 * it is {@code NAME.part} beside it.
 */
final class WholeDirectory implements Closeable {
  private final Path part;
  private final Path target;
  private boolean done;

  private WholeDirectory(Path part, Path target) {
    this.part = part;
    this.target = target;
  }

  static WholeDirectory begin(Path target) throws IOException {
    absent(target, "a name that is free; --out names another");
    Path part = target.resolveSibling(target.getFileName() + ".part");
    absent(part, "no other run that writes it; delete what an interrupted one left behind");
    Files.createDirectories(part);
    return new WholeDirectory(part, target);
  }

  private static void absent(Path path, String expected) {
    if (Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
      throw new IllegalArgumentException(
          "directory: " + path + " exists (expected: " + expected + ")");
    }
  }

  /** Returns the directory to write to. */
  Path path() {
    return part;
  }

  /** Gives the directory its name. */
  void finish() throws IOException {
    absent(target, "a name that stays free");
    Files.move(part, target, StandardCopyOption.ATOMIC_MOVE);
    done = true;
  }

  /** Removes what was written if it never became whole. */
  @Override
  public void close() throws IOException {
    if (done) {
      return;
    }
    try (Stream<Path> files = Files.walk(part)) {
      List<Path> inner = files.sorted(Comparator.reverseOrder()).toList();
      for (Path file : inner) {
        Files.delete(file);
      }
    }
  }
}
