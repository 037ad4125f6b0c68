package ai.laconic.triton.repository;

import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

/** The Python models, which lie on the class path: in a jar, or in a folder while it is built. */
final class PythonSources {
  private PythonSources() {}

  /** Copies a folder of sources and all below it. */
  static void copy(String folder, Path target) throws IOException {
    URL url = Objects.requireNonNull(PythonSources.class.getResource(folder), folder);
    try {
      URI uri = url.toURI();
      if (!uri.getScheme().equals("jar")) {
        copy(Path.of(uri), target);
        return;
      }
      try (FileSystem jar = FileSystems.newFileSystem(uri, Map.of())) {
        String inJar = uri.getSchemeSpecificPart();
        copy(jar.getPath(inJar.substring(inJar.lastIndexOf('!') + 1)), target);
      }
    } catch (URISyntaxException e) {
      throw new IllegalStateException(url.toString(), e);
    }
  }

  private static void copy(Path source, Path target) throws IOException {
    List<Path> files;
    try (Stream<Path> all = Files.walk(source)) {
      files = all.filter(Files::isRegularFile).toList();
    }
    for (Path file : files) {
      Path copy = target.resolve(source.relativize(file).toString());
      Files.createDirectories(copy.getParent());
      Files.copy(file, copy, StandardCopyOption.REPLACE_EXISTING);
    }
  }
}
