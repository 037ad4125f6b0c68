package ai.laconic.runtime.model;

import java.util.LinkedHashMap;
import java.util.Map;

/** Names, shapes and kinds of the tensors that a model must have, derived from its configs. */
final class ExpectedShapes {
  private ExpectedShapes() {}

  /** Returns the shapes of a stack without an output matrix. */
  static Map<String, ExpectedTensor> stack(Qwen3Config config) {
    long hidden = config.hiddenSize();
    long query = config.queryWidth();
    long kv = config.kvWidth();
    long dim = config.headDim();
    long inner = config.intermediateSize();
    Map<String, ExpectedTensor> shapes = new LinkedHashMap<>();
    shapes.put("embed_tokens.weight", ExpectedTensor.plain(config.vocabularySize(), hidden));
    for (int layer = 0; layer < config.layers(); layer++) {
      String at = "layers." + layer + ".";
      shapes.put(at + "input_layernorm.weight", ExpectedTensor.plain(hidden));
      shapes.put(at + "self_attn.q_proj.weight", ExpectedTensor.linear(query, hidden));
      shapes.put(at + "self_attn.k_proj.weight", ExpectedTensor.linear(kv, hidden));
      shapes.put(at + "self_attn.v_proj.weight", ExpectedTensor.linear(kv, hidden));
      shapes.put(at + "self_attn.q_norm.weight", ExpectedTensor.plain(dim));
      shapes.put(at + "self_attn.k_norm.weight", ExpectedTensor.plain(dim));
      shapes.put(at + "self_attn.o_proj.weight", ExpectedTensor.linear(hidden, query));
      shapes.put(at + "post_attention_layernorm.weight", ExpectedTensor.plain(hidden));
      shapes.put(at + "mlp.gate_proj.weight", ExpectedTensor.linear(inner, hidden));
      shapes.put(at + "mlp.up_proj.weight", ExpectedTensor.linear(inner, hidden));
      shapes.put(at + "mlp.down_proj.weight", ExpectedTensor.linear(hidden, inner));
    }
    shapes.put("norm.weight", ExpectedTensor.plain(hidden));
    return shapes;
  }

  /** Returns the shapes of a stack that computes logits. */
  static Map<String, ExpectedTensor> stackWithOutput(Qwen3Config config) {
    Map<String, ExpectedTensor> shapes = stack(config);
    if (!config.tiedEmbeddings()) {
      shapes.put(
          WeightSet.OUTPUT, ExpectedTensor.linear(config.vocabularySize(), config.hiddenSize()));
    }
    return shapes;
  }

  /** Returns the shapes of the adapter from what is pooled of a group to a latent. */
  static Map<String, ExpectedTensor> adapter(long from, long to) {
    return Map.of(
        "norm.weight", ExpectedTensor.plain(from),
        "fc1.weight", ExpectedTensor.linear(to, from),
        "fc1.bias", ExpectedTensor.plain(to),
        "fc2.weight", ExpectedTensor.linear(to, to),
        "fc2.bias", ExpectedTensor.plain(to));
  }
}
