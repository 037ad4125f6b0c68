package ai.laconic.runtime.graph;

import ai.laconic.runtime.model.ModelDirectory;
import ai.laconic.runtime.model.WeightSet;
import ai.laconic.runtime.onnx.TensorProto.DataType;

/**
 * From the ids of windows to their latents: encoder, pooling of each group of ratio ids, adapter.
 *
 * <p>Rows may have different lengths. They are filled up on the right to one length, a multiple of
 * the ratio; what stands there can't reach a real position, since the encoder is causal, and is
 * left out of a mean, or zero. A row of n ids has its latents in the first ceil(n / ratio) places.
 */
public final class EncoderGraph {
  /** Input, int64 [batch, sequence]: ids; sequence is a multiple of the ratio. */
  public static final String INPUT_IDS = "input_ids";

  /** Input, int32 [batch]: ids of each row, at least 1. */
  public static final String LENGTHS = "lengths";

  /** Output, float [batch, sequence / ratio, latentWidth]. */
  public static final String LATENTS = "latents";

  /** The eps that the method's adapter was trained with; no config names it. */
  private static final float ADAPTER_EPS = 1e-6f;

  private final GraphBuilder graph = new GraphBuilder("encoder");
  private final LinearLayers linears = new LinearLayers(graph);
  private final ModelDirectory model;
  private final DataType attentionType;

  private EncoderGraph(ModelDirectory model, DataType attentionType) {
    this.model = model;
    this.attentionType = attentionType;
  }

  /**
   * Writes the graph.
   *
   * @param halfAttention whether attention is computed in half precision, the only one that the
   *     CUDA kernel knows; the rest stays in 32 bits
   */
  public static byte[] write(ModelDirectory model, boolean halfAttention) {
    return new EncoderGraph(model, halfAttention ? DataType.FLOAT16 : DataType.FLOAT).write();
  }

  private byte[] write() {
    String ids = graph.input(INPUT_IDS, DataType.INT64, "batch", "sequence");
    String lengths = graph.input(LENGTHS, DataType.INT32, "batch");
    String sequence =
        graph
            .op("Gather", graph.op("Shape", ids).output(), graph.int64("one", 1))
            .with("axis", 0)
            .output();
    AttentionInputs attention =
        new AttentionInputs(
            RotaryTable.add(graph, model.encoder(), model.windowTokens()),
            graph
                .op("Sub", lengths, graph.cast(graph.int64s("one_per_row", 1), DataType.INT32))
                .output(),
            graph.cast(sequence, DataType.INT32));
    String hidden =
        new Qwen3Stack(graph, linears, model.encoder(), model.encoderWeights(), attentionType)
            .layers(embed(ids), attention, KeyValueNames.withoutPast());
    adapt(pool(hidden, mask(sequence, lengths)));
    graph.output(LATENTS, DataType.FLOAT, "batch", "groups", model.latentWidth());
    return graph.build();
  }

  private String embed(String ids) {
    String name = "embed_tokens.weight";
    return graph.lookUp(name, model.encoderWeights().get(name), ids);
  }

  /** Returns bool [batch, sequence, 1]: which places hold an id of the row. */
  private String mask(String sequence, String lengths) {
    String places = graph.op("Range", graph.int64("range.start", 0), sequence, "one").output();
    String perRow =
        graph
            .op("Unsqueeze", graph.cast(lengths, DataType.INT64), graph.int64s("axis.1", 1))
            .output();
    String mask = graph.op("Less", places, perRow).output();
    return graph.op("Unsqueeze", mask, graph.int64s("axis.2", 2)).output();
  }

  /** Returns float [batch, sequence / ratio, pooledWidth]. */
  private String pool(String hidden, String mask) {
    // Where, not Mul: what a kernel leaves in places behind a row's end may be no number.
    String zero = graph.floats("zero", new float[] {0});
    String kept = graph.op("Where", mask, hidden, zero).output();
    return switch (model.pooling()) {
      case MEAN -> mean(kept, mask);
      case CONCAT -> reshaped(kept, "shape.groups", 0, -1, model.pooledWidth());
    };
  }

  private String mean(String states, String mask) {
    long ratio = model.ratio().value();
    String groups = reshaped(states, "shape.groups", 0, -1, ratio, model.encoder().hiddenSize());
    String counts = reshaped(graph.cast(mask, DataType.FLOAT), "shape.counts", 0, -1, ratio, 1);
    String atLeastOne =
        graph.op("Max", sumOfGroup(counts), graph.floats("one.float", new float[] {1})).output();
    return graph.op("Div", sumOfGroup(groups), atLeastOne).output();
  }

  private String reshaped(String value, String shapeName, long... shape) {
    return graph.op("Reshape", value, graph.int64s(shapeName, shape)).output();
  }

  private String sumOfGroup(String groups) {
    return graph.op("ReduceSum", groups, "axis.2").with("keepdims", 0).output();
  }

  private void adapt(String pooled) {
    String normed = graph.rmsNorm(pooled, adapter("norm.weight"), ADAPTER_EPS);
    String wide = withBias(linear(normed, "fc1.weight"), "fc1.bias");
    String activated = graph.op("Gelu", wide).output();
    String latents = linear(activated, "fc2.weight");
    graph.op("Add", latents, adapter("fc2.bias")).outputs(LATENTS);
  }

  private String withBias(String value, String bias) {
    return graph.op("Add", value, adapter(bias)).output();
  }

  private String linear(String value, String name) {
    return linears.add(value, "adapter." + name, model.adapterWeights().linear(name)).output();
  }

  private String adapter(String name) {
    WeightSet weights = model.adapterWeights();
    return graph.weight("adapter." + name, weights.get(name));
  }
}
