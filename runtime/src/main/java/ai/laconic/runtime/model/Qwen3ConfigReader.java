package ai.laconic.runtime.model;

import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/** Reads the {@code config.json} of a Qwen3 stack and refuses what the graphs don't compute. */
final class Qwen3ConfigReader {
  private static final int MAX_WIDTH = 1 << 20;
  private static final int MAX_LAYERS = 1024;
  private static final int MAX_HEADS = 1024;
  private static final int MAX_HEAD_DIM = 1024;
  private static final int MAX_VOCABULARY = 1 << 24;
  private static final int MAX_POSITIONS = 1 << 24;

  private final JsonFile file;

  private Qwen3ConfigReader(JsonFile file) {
    this.file = file;
  }

  static Qwen3Config read(JsonFile file) throws ModelDirectoryException {
    return new Qwen3ConfigReader(file).config();
  }

  private Qwen3Config config() throws ModelDirectoryException {
    refuseVariants();
    int heads = file.integer("num_attention_heads", 1, MAX_HEADS);
    int kvHeads = file.integer("num_key_value_heads", 1, MAX_HEADS);
    if (heads % kvHeads != 0) {
      throw file.refused(
          "num_key_value_heads",
          Integer.toString(kvHeads),
          "a divisor of num_attention_heads " + heads);
    }
    int headDim = file.integer("head_dim", 1, MAX_HEAD_DIM);
    if (headDim % Qwen3Config.HEAD_DIM_STEP != 0) {
      throw file.refused(
          "head_dim", Integer.toString(headDim), "a multiple of " + Qwen3Config.HEAD_DIM_STEP);
    }
    return new Qwen3Config(
        file.integer("hidden_size", 1, MAX_WIDTH),
        file.integer("num_hidden_layers", 1, MAX_LAYERS),
        heads,
        kvHeads,
        headDim,
        file.integer("intermediate_size", 1, MAX_WIDTH),
        (float) number("rms_norm_eps", file.get("rms_norm_eps"), 0, 1),
        ropeTheta(),
        file.integer("vocab_size", 1, MAX_VOCABULARY),
        file.integer("max_position_embeddings", 1, MAX_POSITIONS),
        file.flag("tie_word_embeddings", false));
  }

  private void refuseVariants() throws ModelDirectoryException {
    file.mustBe("model_type", "qwen3");
    file.mustBe("hidden_act", "silu");
    file.mustBe("attention_bias", "false");
    file.mustBe("use_sliding_window", "false");
    for (JsonNode type : file.get("layer_types").map(JsonNode::values).orElseGet(List::of)) {
      if (!JsonFile.text(type).equals("full_attention")) {
        throw file.refused("layer_types", JsonFile.text(type), "full_attention");
      }
    }
    refuseScaling("rope_scaling");
    refuseScaling("rope_parameters");
  }

  private void refuseScaling(String field) throws ModelDirectoryException {
    JsonNode scaling = file.get(field).orElse(null);
    if (scaling == null) {
      return;
    }
    String type = JsonFile.text(scaling.path("rope_type"));
    if (!type.equals("default")) {
      throw file.refused(field, scaling.toString(), "null or rope_type default");
    }
  }

  /** Older files have the base as a field of its own, newer ones inside {@code rope_parameters}. */
  private double ropeTheta() throws ModelDirectoryException {
    Optional<JsonNode> nested =
        file.get("rope_parameters")
            .map(parameters -> parameters.path("rope_theta"))
            .filter(theta -> !theta.isMissingNode());
    return nested.isPresent()
        ? number("rope_parameters.rope_theta", nested, 1, 1e12)
        : number("rope_theta", file.get("rope_theta"), 1, 1e12);
  }

  private double number(String field, Optional<JsonNode> value, double above, double most)
      throws ModelDirectoryException {
    String expected = "a number above " + above + " and at most " + most;
    JsonNode node = value.orElseThrow(() -> file.refused(field, "missing", expected));
    double number = node.isNumber() ? node.doubleValue() : Double.NaN;
    if (!(number > above && number <= most)) {
      throw file.refused(field, node.toString(), expected);
    }
    return number;
  }
}
