package ai.laconic.cli.command;

import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Texts that are read one after another, as one. A path of {@code -} is the standard input. */
final class InputTexts {
  private static final Path STANDARD_INPUT = Path.of("-");

  private final List<Path> files;

  private InputTexts(List<Path> files) {
    this.files = files;
  }

  /** Returns the texts; a file that can't be one is refused at once. */
  static InputTexts of(List<Path> files) {
    files.stream().filter(file -> !file.equals(STANDARD_INPUT)).forEach(InputFile::checked);
    return new InputTexts(List.copyOf(files));
  }

  /** Whether they can be read more than once, and are as long as they say. */
  boolean areFiles() {
    return !files.contains(STANDARD_INPUT);
  }

  /** Returns the bytes of all; 0 if that isn't known. */
  long bytes() throws IOException {
    long bytes = 0;
    for (Path file : areFiles() ? files : List.<Path>of()) {
      bytes += Files.size(file);
    }
    return bytes;
  }

  InputStream open() throws IOException {
    List<InputStream> streams = new ArrayList<>();
    for (Path file : files) {
      streams.add(file.equals(STANDARD_INPUT) ? System.in : Files.newInputStream(file));
    }
    return new SequenceInputStream(Collections.enumeration(streams));
  }
}
