package ai.laconic.runtime.graph;

import ai.laconic.runtime.model.Qwen3Config;
import ai.laconic.runtime.model.WeightSet;
import ai.laconic.runtime.onnx.TensorProto.DataType;

/**
 * The layers of a Qwen3 model: norm, attention with normalised queries and keys, norm, gated
 * feed-forward, and a last norm.
 */
final class Qwen3Stack {
  private final GraphBuilder graph;
  private final Qwen3Config config;
  private final WeightSet weights;
  private final DataType attentionType;
  private final LinearLayers linears;
  private final String queryHeads;
  private final String kvHeads;
  private final String queryFlat;
  private final String kvFlat;

  /**
   * Prepares to add the layers.
   *
   * @param attentionType FLOAT, or FLOAT16 where the attention kernel knows only half precision
   */
  Qwen3Stack(
      GraphBuilder graph,
      LinearLayers linears,
      Qwen3Config config,
      WeightSet weights,
      DataType attentionType) {
    this.graph = graph;
    this.linears = linears;
    this.config = config;
    this.weights = weights;
    this.attentionType = attentionType;
    // 0 keeps a dimension: batch and sequence stay, whatever they are.
    queryHeads = graph.int64s("shape.query_heads", 0, 0, config.heads(), config.headDim());
    kvHeads = graph.int64s("shape.kv_heads", 0, 0, config.kvHeads(), config.headDim());
    queryFlat = graph.int64s("shape.query", 0, 0, config.queryWidth());
    kvFlat = graph.int64s("shape.kv", 0, 0, config.kvWidth());
  }

  /** Adds all layers over {@code [batch, sequence, hidden]} and returns the normed result. */
  String layers(String hidden, AttentionInputs inputs, KeyValueNames names) {
    AttentionInputs typed =
        attentionType == DataType.FLOAT
            ? inputs
            : new AttentionInputs(
                inputs.rotary().cast(graph, attentionType), inputs.lengths(), inputs.total());
    String state = hidden;
    for (int layer = 0; layer < config.layers(); layer++) {
      String at = "layers." + layer + ".";
      String normed = norm(state, at + "input_layernorm.weight");
      state = graph.op("Add", state, attention(at, layer, normed, typed, names)).output();
      normed = norm(state, at + "post_attention_layernorm.weight");
      state = graph.op("Add", state, feedForward(at, normed)).output();
    }
    return norm(state, "norm.weight");
  }

  private String attention(
      String at, int layer, String input, AttentionInputs inputs, KeyValueNames names) {
    String query =
        perHead(
            linear(input, at + "self_attn.q_proj.weight"),
            queryHeads,
            queryFlat,
            at + "self_attn.q_norm.weight");
    String key =
        perHead(
            linear(input, at + "self_attn.k_proj.weight"),
            kvHeads,
            kvFlat,
            at + "self_attn.k_norm.weight");
    String value = linear(input, at + "self_attn.v_proj.weight");
    String attended =
        graph
            .microsoftOp(
                "GroupQueryAttention",
                toAttention(query),
                toAttention(key),
                toAttention(value),
                names.pastKey(layer),
                names.pastValue(layer),
                inputs.lengths(),
                inputs.total(),
                inputs.rotary().cos(),
                inputs.rotary().sin())
            .with("num_heads", config.heads())
            .with("kv_num_heads", config.kvHeads())
            .with("do_rotary", 1)
            .outputs(at + "attention", names.presentKey(layer), names.presentValue(layer));
    return linear(fromAttention(attended), at + "self_attn.o_proj.weight");
  }

  private String perHead(String value, String heads, String flat, String scale) {
    String split = graph.op("Reshape", value, heads).output();
    return graph.op("Reshape", norm(split, scale), flat).output();
  }

  private String feedForward(String at, String input) {
    String gate = linear(input, at + "mlp.gate_proj.weight");
    String up = linear(input, at + "mlp.up_proj.weight");
    String activated = graph.op("Mul", gate, graph.op("Sigmoid", gate).output()).output();
    return linear(graph.op("Mul", activated, up).output(), at + "mlp.down_proj.weight");
  }

  private String linear(String value, String name) {
    return linears.add(value, name, weights.linear(name)).output();
  }

  private String norm(String value, String name) {
    return graph.rmsNorm(value, graph.weight(name, weights.get(name)), config.rmsNormEps());
  }

  private String toAttention(String value) {
    return attentionType == DataType.FLOAT ? value : graph.cast(value, attentionType);
  }

  private String fromAttention(String value) {
    return attentionType == DataType.FLOAT ? value : graph.cast(value, DataType.FLOAT);
  }
}
