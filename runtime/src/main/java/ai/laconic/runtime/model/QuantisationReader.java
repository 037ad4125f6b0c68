package ai.laconic.runtime.model;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/**
 * Reads {@code quantization_config} as the {@code compressed-tensors} library writes it, and
 * refuses every scheme that the graphs don't compute.
 */
final class QuantisationReader {
  private static final String FIELD = "quantization_config";
  private static final String LINEAR = "Linear";
  private static final String MISSING = "missing";

  private final JsonFile file;
  private final JsonNode root;
  private final String format;

  private QuantisationReader(JsonFile file, JsonNode root) {
    this.file = file;
    this.root = root;
    format = JsonFile.text(root.path("format"));
  }

  static Quantisation read(JsonFile file) throws ModelDirectoryException {
    Optional<JsonNode> root = file.get(FIELD);
    return root.isEmpty()
        ? Quantisation.none()
        : new QuantisationReader(file, root.get()).quantisation();
  }

  private Quantisation quantisation() throws ModelDirectoryException {
    mustBe(root, "", "quant_method", "compressed-tensors");
    if (!format.equals("int-quantized") && !format.equals("pack-quantized")) {
      throw refused("format", root.path("format"), LinearForm.formats());
    }
    absent(root, "", "kv_cache_scheme");
    absent(root, "", "sparsity_config");
    absent(root, "", "transform_config");
    JsonNode groups = root.path("config_groups");
    if (!groups.isObject() || groups.isEmpty()) {
      throw refused("config_groups", groups, "an object with at least one group");
    }
    LinearForm rest = LinearForm.FLOAT;
    Map<String, LinearForm> named = new HashMap<>();
    for (Map.Entry<String, JsonNode> group : groups.properties()) {
      String at = "config_groups." + group.getKey() + ".";
      LinearForm form = form(group.getValue(), at);
      for (String target : names(group.getValue().path("targets"), at + "targets")) {
        if (target.equals(LINEAR)) {
          rest = form;
        } else {
          named.put(target, form);
        }
      }
    }
    return new Quantisation(rest, named, names(root.path("ignore"), "ignore"));
  }

  private LinearForm form(JsonNode group, String at) throws ModelDirectoryException {
    JsonNode weights = group.path("weights");
    String inWeights = at + "weights.";
    JsonNode bits = weights.path("num_bits");
    LinearForm form =
        LinearForm.of(format, bits.asInt(0))
            .orElseThrow(
                () ->
                    refused(
                        inWeights + "num_bits",
                        bits,
                        format.equals("int-quantized") ? "8" : "4 or 8"));
    mustBe(weights, inWeights, "type", "int");
    mustBe(weights, inWeights, "symmetric", "true");
    mustBe(weights, inWeights, "strategy", form.hasBlocks() ? "group" : "channel");
    if (form.hasBlocks()) {
      mustBe(weights, inWeights, "group_size", Integer.toString(LinearForm.BLOCK_SIZE));
      absent(weights, inWeights, "actorder");
      absent(group, at, "input_activations");
    } else {
      JsonNode activations = group.path("input_activations");
      String inActivations = at + "input_activations.";
      mustBe(activations, inActivations, "num_bits", "8");
      mustBe(activations, inActivations, "type", "int");
      mustBe(activations, inActivations, "symmetric", "true");
      mustBe(activations, inActivations, "strategy", "token");
      mustBe(activations, inActivations, "dynamic", "true");
    }
    absent(group, at, "output_activations");
    return form;
  }

  /** Reads names of layers; what matches by a pattern can't be told from what was forgotten. */
  private Set<String> names(JsonNode array, String field) throws ModelDirectoryException {
    Set<String> names = new HashSet<>();
    for (JsonNode name : array.isMissingNode() ? List.<JsonNode>of() : array.values()) {
      String text = JsonFile.text(name);
      if (!name.isString() || text.startsWith("re:")) {
        throw refused(field, name, "names of layers, no patterns");
      }
      names.add(
          text.startsWith(WeightSet.PREFIX) ? text.substring(WeightSet.PREFIX.length()) : text);
    }
    return names;
  }

  private void mustBe(JsonNode in, String at, String field, String expected)
      throws ModelDirectoryException {
    JsonNode value = in.path(field);
    if (!JsonFile.text(value).equals(expected)) {
      throw refused(at + field, value, expected);
    }
  }

  private void absent(JsonNode in, String at, String field) throws ModelDirectoryException {
    JsonNode value = in.path(field);
    if (!value.isMissingNode() && !value.isNull() && !(value.isObject() && value.isEmpty())) {
      throw refused(at + field, value, "null");
    }
  }

  private ModelDirectoryException refused(String field, JsonNode value, String expected) {
    return file.refused(
        FIELD + "." + field, value.isMissingNode() ? MISSING : JsonFile.text(value), expected);
  }
}
