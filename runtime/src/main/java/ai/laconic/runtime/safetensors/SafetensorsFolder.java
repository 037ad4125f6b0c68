package ai.laconic.runtime.safetensors;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The weights of one part of a model: one file, or shards with an index that says which tensor is
 * in which.
 *
 * @param files the files with weights, each once
 * @param index path of the index relative to the model's directory; empty for one file
 * @param tensors all tensors by name
 */
public record SafetensorsFolder(
    List<SafetensorsFile> files, String index, Map<String, StoredTensor> tensors) {
  private static final String INDEX_SUFFIX = ".index.json";

  public SafetensorsFolder {
    files = List.copyOf(files);
    tensors = Collections.unmodifiableMap(new LinkedHashMap<>(tensors));
  }

  /**
   * Opens {@code folder/name}, or, where it doesn't exist, the shards of {@code
   * folder/name.index.json}.
   *
   * @param root the model's directory; no file may lie outside, links included
   * @param folder name of the folder in it
   * @param name file name of unsharded weights, such as {@code model.safetensors}
   */
  public static SafetensorsFolder open(Path root, String folder, String name)
      throws IOException, SafetensorsException {
    String location = folder + "/" + name;
    if (Files.exists(root.resolve(location))) {
      SafetensorsFile file = read(root, location);
      return new SafetensorsFolder(List.of(file), "", file.tensors());
    }
    String index = location + INDEX_SUFFIX;
    if (!Files.exists(root.resolve(index))) {
      throw new SafetensorsException(
          location, "", "missing", "this file, or shards and " + name + INDEX_SUFFIX);
    }
    return sharded(root, folder, index);
  }

  private static SafetensorsFolder sharded(Path root, String folder, String index)
      throws IOException, SafetensorsException {
    Contained.check(root, index);
    Map<String, String> weightMap = ShardIndex.read(root.resolve(index), index);
    Map<String, SafetensorsFile> files = new TreeMap<>();
    Map<String, StoredTensor> tensors = new LinkedHashMap<>();
    for (Map.Entry<String, String> entry : weightMap.entrySet()) {
      SafetensorsFile file = files.get(entry.getValue());
      if (file == null) {
        if (!Files.exists(root.resolve(folder).resolve(entry.getValue()))) {
          throw new SafetensorsException(
              index, "weight_map." + entry.getKey(), entry.getValue(), "a file that exists");
        }
        file = read(root, folder + "/" + entry.getValue());
        files.put(entry.getValue(), file);
      }
      StoredTensor tensor = file.tensors().get(entry.getKey());
      if (tensor == null) {
        throw new SafetensorsException(
            file.location(), entry.getKey(), "missing", "the tensor, since " + index + " names it");
      }
      tensors.put(entry.getKey(), tensor);
    }
    return new SafetensorsFolder(new ArrayList<>(files.values()), index, tensors);
  }

  private static SafetensorsFile read(Path root, String location)
      throws IOException, SafetensorsException {
    Contained.check(root, location);
    return SafetensorsFile.read(root.resolve(location), location);
  }
}
