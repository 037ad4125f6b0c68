package ai.laconic.cache.disk;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** What lies in the files of a directory, whoever may look at it. */
final class FileContents {
  /** What is found of a value is twice as long. */
  private static final int PART = 32;

  private FileContents() {}

  static List<byte[]> of(Path directory) throws IOException {
    List<byte[]> contents = new ArrayList<>();
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        contents.add(Files.readAllBytes(file));
      }
    }
    return contents;
  }

  /** Whether any part of {@code value} is in {@code file}. */
  static boolean holds(byte[] file, byte[] value) {
    // One character for each byte.
    String wanted = new String(value, ISO_8859_1);
    Set<String> parts = new HashSet<>();
    for (int at = 0; at + PART <= wanted.length(); at++) {
      parts.add(wanted.substring(at, at + PART));
    }
    String found = new String(file, ISO_8859_1);
    for (int at = 0; at + PART <= found.length(); at += PART) {
      if (parts.contains(found.substring(at, at + PART))) {
        return true;
      }
    }
    return false;
  }
}
