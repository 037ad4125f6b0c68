package ai.laconic.runtime.graph;

import ai.laconic.runtime.model.ModelDirectory;
import ai.laconic.runtime.model.Qwen3Config;
import ai.laconic.runtime.model.WeightSet;
import ai.laconic.runtime.onnx.TensorProto.DataType;

/**
 * From ids and latents to logits.
 *
 * <p>A position reads the embedding of its id, or a row of the latents where {@link #LATENT_ROWS}
 * names one: it is the prompt's structure that says what is a latent, not an id, which a text or an
 * answer may hold as well. Keys and values are an input and an output of each layer. A caller that
 * passes one buffer as both has them appended in place: then {@code capacity} is the room for
 * positions and {@link #LENGTHS} says how many of them each row has after this run.
 */
public final class DecoderGraph {
  /** Input, int64 [batch, sequence]: ids. */
  public static final String INPUT_IDS = "input_ids";

  /** Input, int64 [batch, sequence]: 0 for the id's embedding, k for the k-th row of latents. */
  public static final String LATENT_ROWS = "latent_rows";

  /** Input, float [n, latentWidth]: the latents; n may be 0. */
  public static final String LATENTS = "latents";

  /** Input, int32 [batch]: positions of each row after this run, less one. */
  public static final String LENGTHS = "seqlens_k";

  /** Input, int32 scalar: the largest number of positions of a row after this run. */
  public static final String TOTAL = "total_sequence_length";

  /**
   * Input of a graph with {@link LogitRows#CHOSEN}, int64 [n]: positions of this run, from 0, whose
   * logits are wanted, of each row the same.
   */
  public static final String LOGIT_POSITIONS = "logit_positions";

  /** Output, float: logits of each row's last position, or of those that were chosen. */
  public static final String LOGITS = "logits";

  /** Which positions have logits. The output matrix is the largest of all. */
  public enum LogitRows {
    /** The last one of each row; the output is [batch, vocabulary]. */
    LAST,
    /** Those that {@link #LOGIT_POSITIONS} names; the output is [batch, n, vocabulary]. */
    CHOSEN
  }

  private static final String EMBEDDING = "embed_tokens.weight";
  private static final String OUTPUT = "lm_head.weight";

  private final GraphBuilder graph = new GraphBuilder("decoder");
  private final LinearLayers linears = new LinearLayers(graph);
  private final ModelDirectory model;
  private final Qwen3Config config;
  private final WeightSet weights;
  private final DataType attentionType;
  private final LogitRows rows;

  private DecoderGraph(ModelDirectory model, DataType attentionType, LogitRows rows) {
    this.model = model;
    this.rows = rows;
    this.attentionType = attentionType;
    config = model.decoder();
    weights = model.decoderWeights();
  }

  /**
   * Writes the graph.
   *
   * @param positions positions that a row may have
   * @param halfAttention whether attention, and with it keys and values, are in half precision, the
   *     only one that the CUDA kernel knows; the rest stays in 32 bits
   */
  public static byte[] write(
      ModelDirectory model, int positions, boolean halfAttention, LogitRows rows) {
    DataType attention = halfAttention ? DataType.FLOAT16 : DataType.FLOAT;
    return new DecoderGraph(model, attention, rows).write(positions);
  }

  /** Returns the input and the output name of a layer's keys. */
  public static NamePair keys(int layer) {
    return new NamePair("past." + layer + ".key", "present." + layer + ".key");
  }

  /** Returns the input and the output name of a layer's values. */
  public static NamePair values(int layer) {
    return new NamePair("past." + layer + ".value", "present." + layer + ".value");
  }

  /**
   * Names of one tensor on its way in and out.
   *
   * @param past name of the input
   * @param present name of the output
   */
  public record NamePair(String past, String present) {}

  private byte[] write(int positions) {
    String ids = graph.input(INPUT_IDS, DataType.INT64, "batch", "sequence");
    String latentRows = graph.input(LATENT_ROWS, DataType.INT64, "batch", "sequence");
    String latents = graph.input(LATENTS, DataType.FLOAT, "latents", model.latentWidth());
    AttentionInputs attention =
        new AttentionInputs(
            RotaryTable.add(graph, config, positions),
            graph.input(LENGTHS, DataType.INT32, "batch"),
            graph.input(TOTAL, DataType.INT32));
    Object[] cache = {"batch", config.kvHeads(), "capacity", config.headDim()};
    for (int layer = 0; layer < config.layers(); layer++) {
      graph.input(keys(layer).past(), attentionType, cache);
      graph.input(values(layer).past(), attentionType, cache);
    }
    // Rows are looked up in the table as it is stored, also when it is the output matrix as well:
    // else the widened copy, which the matrix product no longer needs once packed, stays for them.
    String embedded = graph.lookUp(EMBEDDING, weights.get(EMBEDDING), ids);
    String hidden =
        new Qwen3Stack(graph, linears, config, weights, attentionType)
            .layers(withLatents(embedded, latentRows, latents), attention, new CacheNames());
    logits(hidden);
    if (rows == LogitRows.CHOSEN) {
      graph.output(LOGITS, DataType.FLOAT, "batch", "chosen", config.vocabularySize());
    } else {
      graph.output(LOGITS, DataType.FLOAT, "batch", config.vocabularySize());
    }
    for (int layer = 0; layer < config.layers(); layer++) {
      graph.output(keys(layer).present(), attentionType, cache);
      graph.output(values(layer).present(), attentionType, cache);
    }
    return graph.build();
  }

  /** Puts row k of the latents in the places that name it. */
  private String withLatents(String embedded, String latentRows, String latents) {
    // Row 0 holds zeros that nobody sees: every index is a legal one, also without latents.
    float[] zeros = new float[model.latentWidth()];
    String rows =
        graph
            .op("Concat", graph.floats("no_latent", zeros, 1, zeros.length), latents)
            .with("axis", 0)
            .output();
    String picked = graph.op("Gather", rows, latentRows).with("axis", 0).output();
    String isLatent = graph.op("Greater", latentRows, graph.int64("zero", 0)).output();
    String mask = graph.op("Unsqueeze", isLatent, graph.int64s("axis.last", -1)).output();
    return graph.op("Where", mask, picked, embedded).output();
  }

  private void logits(String hidden) {
    String positions =
        rows == LogitRows.CHOSEN
            ? graph.input(LOGIT_POSITIONS, DataType.INT64, "chosen")
            : graph.int64("last", -1);
    String wanted = graph.op("Gather", hidden, positions).with("axis", 1).output();
    Operation product =
        config.tiedEmbeddings()
            ? linears.transposed(wanted, graph.weight(EMBEDDING, weights.get(EMBEDDING)))
            : linears.add(wanted, OUTPUT, weights.linear(OUTPUT));
    product.outputs(LOGITS);
  }

  private static final class CacheNames implements KeyValueNames {
    @Override
    public String pastKey(int layer) {
      return keys(layer).past();
    }

    @Override
    public String pastValue(int layer) {
      return values(layer).past();
    }

    @Override
    public String presentKey(int layer) {
      return keys(layer).present();
    }

    @Override
    public String presentValue(int layer) {
      return values(layer).present();
    }
  }
}
