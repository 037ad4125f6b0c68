package ai.laconic.runtime.inspect;

import ai.laconic.runtime.model.ModelDirectory;
import ai.laconic.runtime.model.ModelDirectoryException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Finds checkpoint directories. */
public final class Checkpoints {
  /**
   * A directory that looks like a checkpoint.
   *
   * @param directory where it is
   * @param model the model in it; empty where it can't be served
   * @param refusal why it can't be served; empty where it can
   */
  public record Found(Path directory, Optional<ModelDirectory> model, String refusal) {}

  private Checkpoints() {}

  /** Returns the checkpoints directly under a directory, in the order of their names. */
  public static List<Found> in(Path directory) throws IOException {
    if (!Files.isDirectory(directory)) {
      throw new IllegalArgumentException(
          "directory: " + directory + " (expected: a directory with checkpoint directories)");
    }
    List<Path> children;
    try (Stream<Path> listed = Files.list(directory)) {
      children = listed.filter(Checkpoints::looksLikeOne).sorted().toList();
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
    List<Found> found = new ArrayList<>();
    for (Path child : children) {
      found.add(open(child));
    }
    return List.copyOf(found);
  }

  private static Found open(Path directory) {
    try {
      return new Found(directory, Optional.of(ModelDirectory.open(directory)), "");
    } catch (ModelDirectoryException e) {
      return new Found(directory, Optional.empty(), String.valueOf(e.getMessage()));
    }
  }

  /** One of the layout's names is enough: what is missing beside it is worth saying. */
  private static boolean looksLikeOne(Path directory) {
    if (!Files.isDirectory(directory)) {
      return false;
    }
    try (Stream<Path> children = Files.list(directory)) {
      return children
          .map(child -> String.valueOf(child.getFileName()))
          .anyMatch(Checkpoints::ofLayout);
    } catch (IOException e) {
      return false;
    }
  }

  private static boolean ofLayout(String name) {
    return name.equals("model_config.json")
        || name.equals("encoder")
        || name.equals("decoder")
        || name.equals("adapter")
        || name.matches("checkpoint_[0-9]+");
  }
}
