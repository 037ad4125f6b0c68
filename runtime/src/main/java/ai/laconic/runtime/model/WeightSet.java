package ai.laconic.runtime.model;

import ai.laconic.runtime.safetensors.Dtype;
import ai.laconic.runtime.safetensors.SafetensorsFolder;
import ai.laconic.runtime.safetensors.StoredTensor;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * The tensors of one part of a model under the names that graphs use, each with the shape that the
 * configs promise.
 *
 * <p>Names are those of the stack alone ({@code layers.0.mlp.up_proj.weight}): files written from
 * the model with its head have {@code model.} before them, files written from the bare stack don't.
 */
public final class WeightSet {
  static final String OUTPUT = "lm_head.weight";
  static final String PREFIX = "model.";

  private final Map<String, StoredTensor> tensors;
  private final Map<String, LinearWeight> linears;
  private final boolean prefixed;

  private WeightSet(
      Map<String, StoredTensor> tensors, Map<String, LinearWeight> linears, boolean prefixed) {
    this.tensors = Collections.unmodifiableMap(tensors);
    this.linears = Collections.unmodifiableMap(linears);
    this.prefixed = prefixed;
  }

  /**
   * Picks the expected tensors from a folder.
   *
   * @param location the file to name when one is missing
   * @param expected tensors by name; those beyond them are left alone
   * @param quantisation the form in which each linear layer is stored
   */
  static WeightSet of(
      SafetensorsFolder folder,
      String location,
      Map<String, ExpectedTensor> expected,
      Quantisation quantisation)
      throws ModelDirectoryException {
    boolean prefixed = folder.tensors().keySet().stream().anyMatch(name -> name.startsWith(PREFIX));
    Picker picker = new Picker(folder, location, prefixed);
    Map<String, StoredTensor> tensors = new TreeMap<>();
    Map<String, LinearWeight> linears = new TreeMap<>();
    for (Map.Entry<String, ExpectedTensor> entry : expected.entrySet()) {
      String name = entry.getKey();
      List<Long> shape = entry.getValue().shape();
      if (entry.getValue().linear()) {
        linears.put(name, picker.linear(name, shape, quantisation.of(name)));
      } else {
        tensors.put(name, picker.floating(name, shape));
      }
    }
    return new WeightSet(tensors, linears, prefixed);
  }

  /** Returns the tensor of that name, which belongs to no linear layer. */
  public StoredTensor get(String name) {
    return known(tensors, name);
  }

  /** Returns the matrix of the linear layer of that name. */
  public LinearWeight linear(String name) {
    return known(linears, name);
  }

  /** Returns the names of all tensors that belong to no linear layer, in order. */
  public Set<String> names() {
    return tensors.keySet();
  }

  /** Returns the names of the linear layers' matrices, in order. */
  public Set<String> linearNames() {
    return linears.keySet();
  }

  /** Returns the numbers in all of them. */
  public long parameters() {
    return tensors.values().stream().mapToLong(StoredTensor::values).sum()
        + linears.values().stream().mapToLong(LinearWeight::parameters).sum();
  }

  /** Returns the name that the files have for a tensor. */
  public String storedName(String name) {
    return storedName(name, prefixed);
  }

  private static String storedName(String name, boolean prefixed) {
    return prefixed && !name.startsWith(OUTPUT) ? PREFIX + name : name;
  }

  private static <T> T known(Map<String, T> all, String name) {
    T found = all.get(name);
    if (found == null) {
      throw new IllegalArgumentException("tensor: " + name + " (expected: " + all.keySet() + ")");
    }
    return found;
  }

  private record Picker(SafetensorsFolder folder, String location, boolean prefixed) {
    LinearWeight linear(String name, List<Long> shape, LinearForm form)
        throws ModelDirectoryException {
      long out = shape.get(0);
      long in = shape.get(1);
      if (form == LinearForm.FLOAT) {
        return new LinearWeight.Floating(floating(name, shape));
      }
      if (form == LinearForm.INT8_CHANNELS) {
        return new LinearWeight.Int8Channels(
            whole(name, Dtype.I8, shape), floating(name + "_scale", List.of(out, 1L)));
      }
      if (!form.fits(in)) {
        throw new ModelDirectoryException(
            location,
            storedName(name, prefixed),
            in + " columns",
            "a multiple of group_size " + LinearForm.BLOCK_SIZE + ", or the layer in ignore");
      }
      // With the packed shape right, the unpacked one that the format repeats can only be right.
      whole(name + "_shape", Dtype.I64, List.of(2L));
      return new LinearWeight.Blocks(
          form.bits(),
          LinearForm.BLOCK_SIZE,
          out,
          in,
          whole(name + "_packed", Dtype.I32, List.of(out, in * form.bits() / Integer.SIZE)),
          floating(name + "_scale", List.of(out, in / LinearForm.BLOCK_SIZE)));
    }

    StoredTensor floating(String name, List<Long> shape) throws ModelDirectoryException {
      StoredTensor tensor = shaped(name, shape);
      if (!tensor.dtype().isFloating()) {
        throw refused(name, tensor, Dtype.floatingNames());
      }
      return tensor;
    }

    private StoredTensor whole(String name, Dtype dtype, List<Long> shape)
        throws ModelDirectoryException {
      StoredTensor tensor = shaped(name, shape);
      if (tensor.dtype() != dtype) {
        throw refused(name, tensor, dtype + " by quantization_config");
      }
      return tensor;
    }

    private StoredTensor shaped(String name, List<Long> shape) throws ModelDirectoryException {
      String stored = storedName(name, prefixed);
      StoredTensor tensor = folder.tensors().get(stored);
      if (tensor == null) {
        throw new ModelDirectoryException(
            location, stored, "missing", "a tensor of shape " + shape);
      }
      if (!tensor.shape().equals(shape)) {
        throw new ModelDirectoryException(
            tensor.location(),
            stored + ".shape",
            tensor.shape().toString(),
            shape + " by the configs");
      }
      return tensor;
    }

    private ModelDirectoryException refused(String name, StoredTensor tensor, String expected) {
      return new ModelDirectoryException(
          tensor.location(),
          storedName(name, prefixed) + ".dtype",
          tensor.dtype().toString(),
          expected);
    }
  }
}
