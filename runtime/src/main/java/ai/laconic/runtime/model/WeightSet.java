package ai.laconic.runtime.model;

import ai.laconic.runtime.safetensors.SafetensorsFolder;
import ai.laconic.runtime.safetensors.StoredTensor;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The tensors of one part of a model under the names that graphs use, each with the shape that the
 * configs promise.
 *
 * <p>Names are those of the stack alone ({@code layers.0.mlp.up_proj.weight}): files written from
 * the model with its head have {@code model.} before them, files written from the bare stack don't.
 */
public final class WeightSet {
  static final String OUTPUT = "lm_head.weight";
  private static final String PREFIX = "model.";

  private final Map<String, StoredTensor> tensors;

  private WeightSet(Map<String, StoredTensor> tensors) {
    this.tensors = Map.copyOf(tensors);
  }

  /**
   * Picks the expected tensors from a folder.
   *
   * @param location the file to name when one is missing
   * @param expected shapes by name; tensors beyond them are left alone
   */
  static WeightSet of(SafetensorsFolder folder, String location, Map<String, List<Long>> expected)
      throws ModelDirectoryException {
    boolean prefixed = folder.tensors().keySet().stream().anyMatch(name -> name.startsWith(PREFIX));
    Map<String, StoredTensor> picked = new HashMap<>();
    for (Map.Entry<String, List<Long>> entry : expected.entrySet()) {
      String name = entry.getKey();
      String stored = prefixed && !name.equals(OUTPUT) ? PREFIX + name : name;
      StoredTensor tensor = folder.tensors().get(stored);
      if (tensor == null) {
        throw new ModelDirectoryException(
            location, stored, "missing", "a tensor of shape " + entry.getValue());
      }
      if (!tensor.shape().equals(entry.getValue())) {
        throw new ModelDirectoryException(
            tensor.location(),
            stored + ".shape",
            tensor.shape().toString(),
            entry.getValue() + " by the configs");
      }
      picked.put(name, tensor);
    }
    return new WeightSet(picked);
  }

  /** Returns the tensor of that name. */
  public StoredTensor get(String name) {
    StoredTensor tensor = tensors.get(name);
    if (tensor == null) {
      throw new IllegalArgumentException(
          "tensor: " + name + " (expected: " + tensors.keySet() + ")");
    }
    return tensor;
  }
}
