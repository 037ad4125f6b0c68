package ai.laconic.runtime.safetensors;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** Holds files to the model's directory, whatever links say. */
final class Contained {
  private Contained() {}

  static void check(Path root, String location) throws IOException, SafetensorsException {
    Path real;
    try {
      real = root.resolve(location).toRealPath();
    } catch (NoSuchFileException e) {
      throw new SafetensorsException(location, "", "missing", "a file");
    }
    if (!real.startsWith(root.toRealPath())) {
      throw new SafetensorsException(
          location, "", "link to " + real, "a file inside the model's directory; copy it there");
    }
    if (!Files.isRegularFile(real)) {
      throw new SafetensorsException(location, "", "not a file", "a regular file");
    }
  }
}
