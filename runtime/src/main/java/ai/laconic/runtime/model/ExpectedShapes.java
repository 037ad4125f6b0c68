package ai.laconic.runtime.model;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Names and shapes of the tensors that a model must have, derived from its configs. */
final class ExpectedShapes {
  private ExpectedShapes() {}

  /** Returns the shapes of a stack without an output matrix. */
  static Map<String, List<Long>> stack(Qwen3Config config) {
    long hidden = config.hiddenSize();
    long query = config.queryWidth();
    long kv = config.kvWidth();
    long dim = config.headDim();
    long inner = config.intermediateSize();
    Map<String, List<Long>> shapes = new LinkedHashMap<>();
    shapes.put("embed_tokens.weight", List.of((long) config.vocabularySize(), hidden));
    for (int layer = 0; layer < config.layers(); layer++) {
      String at = "layers." + layer + ".";
      shapes.put(at + "input_layernorm.weight", List.of(hidden));
      shapes.put(at + "self_attn.q_proj.weight", List.of(query, hidden));
      shapes.put(at + "self_attn.k_proj.weight", List.of(kv, hidden));
      shapes.put(at + "self_attn.v_proj.weight", List.of(kv, hidden));
      shapes.put(at + "self_attn.q_norm.weight", List.of(dim));
      shapes.put(at + "self_attn.k_norm.weight", List.of(dim));
      shapes.put(at + "self_attn.o_proj.weight", List.of(hidden, query));
      shapes.put(at + "post_attention_layernorm.weight", List.of(hidden));
      shapes.put(at + "mlp.gate_proj.weight", List.of(inner, hidden));
      shapes.put(at + "mlp.up_proj.weight", List.of(inner, hidden));
      shapes.put(at + "mlp.down_proj.weight", List.of(hidden, inner));
    }
    shapes.put("norm.weight", List.of(hidden));
    return shapes;
  }

  /** Returns the shapes of a stack that computes logits. */
  static Map<String, List<Long>> stackWithOutput(Qwen3Config config) {
    Map<String, List<Long>> shapes = stack(config);
    if (!config.tiedEmbeddings()) {
      shapes.put(
          WeightSet.OUTPUT, List.of((long) config.vocabularySize(), (long) config.hiddenSize()));
    }
    return shapes;
  }

  /** Returns the shapes of the adapter between two stacks. */
  static Map<String, List<Long>> adapter(Qwen3Config encoder, Qwen3Config decoder) {
    long from = encoder.hiddenSize();
    long to = decoder.hiddenSize();
    return Map.of(
        "norm.weight", List.of(from),
        "fc1.weight", List.of(to, from),
        "fc1.bias", List.of(to),
        "fc2.weight", List.of(to, to),
        "fc2.bias", List.of(to));
  }
}
