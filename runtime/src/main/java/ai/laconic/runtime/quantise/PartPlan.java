package ai.laconic.runtime.quantise;

import ai.laconic.runtime.model.LinearForm;
import ai.laconic.runtime.model.LinearWeight;
import ai.laconic.runtime.model.WeightSet;
import ai.laconic.runtime.safetensors.Dtype;
import ai.laconic.runtime.safetensors.SafetensorsWriter.Entry;
import ai.laconic.runtime.safetensors.StoredTensor;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What becomes of the tensors of one part.
 *
 * @param kept tensors that are copied, by the name that files have for them
 * @param layers linear layers that are quantised, by the name of their matrix in files
 * @param separateOutput whether a tied output matrix becomes a quantised one of its own
 */
record PartPlan(Map<String, StoredTensor> kept, Map<String, Layer> layers, boolean separateOutput) {
  static final String OUTPUT = "lm_head.weight";
  private static final String EMBEDDING = "embed_tokens.weight";
  private static final String SUFFIX = ".weight";

  /**
   * One layer.
   *
   * @param weight its matrix of floats, [out, in]
   * @param form what it becomes
   */
  record Layer(StoredTensor weight, LinearForm form) {
    long outWidth() {
      return weight.shape().get(0);
    }

    long inWidth() {
      return weight.shape().get(1);
    }
  }

  /**
   * Plans a part.
   *
   * @param form of layers; one that has blocks leaves layers alone whose rows it can't divide
   * @param outputForm of the output matrix
   * @param tiedOutput whether the part computes logits with its embedding table
   */
  static PartPlan of(
      WeightSet weights, LinearForm form, LinearForm outputForm, boolean tiedOutput) {
    Map<String, StoredTensor> kept = new TreeMap<>();
    Map<String, Layer> layers = new TreeMap<>();
    for (String name : weights.names()) {
      kept.put(weights.storedName(name), weights.get(name));
    }
    for (String name : weights.linearNames()) {
      StoredTensor weight = ((LinearWeight.Floating) weights.linear(name)).weight();
      Layer layer = new Layer(weight, name.equals(OUTPUT) ? outputForm : form);
      if (layer.form().fits(layer.inWidth())) {
        layers.put(weights.storedName(name), layer);
      } else {
        kept.put(weights.storedName(name), weight);
      }
    }
    Layer output = new Layer(weights.get(EMBEDDING), outputForm);
    boolean separate = tiedOutput && outputForm.fits(output.inWidth());
    if (separate) {
      layers.put(OUTPUT, output);
    }
    return new PartPlan(kept, layers, separate);
  }

  /** Returns the names of the layers that stay floats though the form would be another. */
  List<String> ignored() {
    return kept.entrySet().stream()
        .filter(tensor -> tensor.getValue().shape().size() == 2)
        .map(Map.Entry::getKey)
        .filter(name -> !name.endsWith(EMBEDDING))
        .map(PartPlan::layer)
        .toList();
  }

  /** Returns all tensors of the file to write. */
  Map<String, Entry> tensors() {
    Map<String, Entry> tensors = new TreeMap<>();
    kept.forEach((name, tensor) -> tensors.put(name, new Entry(tensor.dtype(), tensor.shape())));
    layers.forEach(
        (name, layer) -> {
          long out = layer.outWidth();
          long in = layer.inWidth();
          if (layer.form().hasBlocks()) {
            tensors.put(
                name + "_packed",
                new Entry(Dtype.I32, List.of(out, in * layer.form().bits() / Integer.SIZE)));
            tensors.put(
                name + "_scale", new Entry(Dtype.F32, List.of(out, in / LinearForm.BLOCK_SIZE)));
            tensors.put(name + "_shape", new Entry(Dtype.I64, List.of(2L)));
          } else {
            tensors.put(name, new Entry(Dtype.I8, List.of(out, in)));
            tensors.put(name + "_scale", new Entry(Dtype.F32, List.of(out, 1L)));
          }
        });
    return tensors;
  }

  /** Returns the name of the layer that a matrix belongs to. */
  static String layer(String matrix) {
    return matrix.substring(0, matrix.length() - SUFFIX.length());
  }
}
