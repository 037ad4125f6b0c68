package ai.laconic.runtime.quantise;

import ai.laconic.runtime.model.LinearForm;
import ai.laconic.runtime.quantise.PartPlan.Layer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Writes a part's {@code config.json} anew, with the {@code quantization_config} that the {@code
 * compressed-tensors} library would write.
 */
final class QuantisedConfig {
  private static final JsonMapper JSON =
      JsonMapper.builder().enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS).build();

  private QuantisedConfig() {}

  static void write(Path source, PartPlan plan, Path target) throws IOException {
    ObjectNode config = (ObjectNode) JSON.readTree(Files.readAllBytes(source));
    if (plan.separateOutput()) {
      config.put("tie_word_embeddings", false);
    }
    describe(config.putObject("quantization_config"), plan);
    Files.writeString(
        target, JSON.writerWithDefaultPrettyPrinter().writeValueAsString(config) + "\n");
  }

  private static void describe(ObjectNode quantisation, PartPlan plan) {
    Layer output = plan.layers().get(PartPlan.OUTPUT);
    LinearForm form =
        plan.layers().entrySet().stream()
            .filter(layer -> !layer.getKey().equals(PartPlan.OUTPUT))
            .map(layer -> layer.getValue().form())
            .findFirst()
            .orElseGet(() -> plan.layers().values().iterator().next().form());
    quantisation.put("quant_method", "compressed-tensors");
    quantisation.put("format", form.format());
    quantisation.put("quantization_status", "compressed");
    ObjectNode groups = quantisation.putObject("config_groups");
    group(groups.putObject("group_0"), form, List.of("Linear"));
    if (output != null && output.form() != form) {
      group(groups.putObject("group_1"), output.form(), List.of(PartPlan.layer(PartPlan.OUTPUT)));
    }
    ArrayNode ignored = quantisation.putArray("ignore");
    plan.ignored().forEach(ignored::add);
    quantisation.putNull("kv_cache_scheme");
  }

  private static void group(ObjectNode group, LinearForm form, List<String> targets) {
    ArrayNode names = group.putArray("targets");
    targets.forEach(names::add);
    ObjectNode weights = numbers(group.putObject("weights"), form.bits(), false);
    if (form.hasBlocks()) {
      weights.put("strategy", "group").put("group_size", LinearForm.BLOCK_SIZE);
      group.putNull("input_activations");
    } else {
      weights.put("strategy", "channel").putNull("group_size");
      numbers(group.putObject("input_activations"), Byte.SIZE, true)
          .put("strategy", "token")
          .putNull("group_size");
    }
    group.putNull("output_activations");
  }

  private static ObjectNode numbers(ObjectNode scheme, int bits, boolean dynamic) {
    return scheme
        .put("num_bits", bits)
        .put("type", "int")
        .put("symmetric", true)
        .put("dynamic", dynamic);
  }
}
