package ai.laconic.runtime;

import ai.laconic.runtime.safetensors.Dtype;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** A copy of the golden checkpoint to be changed: other data types, one file, broken configs. */
public final class TestCheckpoint {
  private static final JsonMapper JSON = new JsonMapper();
  private static final List<String> PARTS = List.of("encoder", "decoder", "adapter");

  private final Path path;

  private TestCheckpoint(Path path) {
    this.path = path;
  }

  /** Copies the golden checkpoint to a directory that doesn't exist. */
  public static TestCheckpoint at(Path directory) {
    return new TestCheckpoint(Golden.copyTo(directory));
  }

  public Path path() {
    return path;
  }

  public Path file(String location) {
    return path.resolve(location);
  }

  /** Changes fields of a config. */
  public TestCheckpoint json(String location, Consumer<ObjectNode> change) {
    return text(
        location,
        json -> {
          ObjectNode root = (ObjectNode) JSON.readTree(json);
          change.accept(root);
          return root.toString();
        });
  }

  /** Changes the text of a file. */
  public TestCheckpoint text(String location, UnaryOperator<String> change) {
    try {
      Files.writeString(file(location), change.apply(Files.readString(file(location))));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    return this;
  }

  /** Removes a file. */
  public TestCheckpoint without(String location) {
    try {
      Files.delete(file(location));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    return this;
  }

  /** Writes all weights again, each part as one file. */
  public TestCheckpoint stored(Dtype dtype, int misalignment) {
    for (String part : PARTS) {
      write(part, dtype, misalignment, weights(part));
    }
    return this;
  }

  /** Changes tensors of a part and writes them as one file of 32-bit floats. */
  public TestCheckpoint weights(String part, Consumer<Map<String, TestTensor>> change) {
    Map<String, TestTensor> tensors = weights(part);
    change.accept(tensors);
    write(part, Dtype.F32, 0, tensors);
    return this;
  }

  private Map<String, TestTensor> weights(String part) {
    return TestSafetensors.read(path, part, name(part));
  }

  private void write(String part, Dtype dtype, int misalignment, Map<String, TestTensor> tensors) {
    Path folder = path.resolve(part);
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.filter(file -> file.toString().contains("safetensors")).toList()) {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    TestSafetensors.write(folder.resolve(name(part)), dtype, tensors, misalignment);
  }

  private static String name(String part) {
    return part.equals("adapter") ? "adapter.safetensors" : "model.safetensors";
  }
}
