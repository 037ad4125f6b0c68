package ai.laconic.runtime.graph;

import ai.laconic.runtime.onnx.TensorProto.DataType;

/**
 * The largest products of bytes that a quantised layer can meet, with a known sum: shows whether a
 * processor adds them up right.
 */
public final class ByteProductGraph {
  /** Input, uint8 [rows, {@link #WIDTH}]. */
  public static final String BYTES = "bytes";

  /** Output, float [rows, {@link #WIDTH}]. */
  public static final String SUMS = "sums";

  /** Numbers in a row. */
  public static final int WIDTH = 64;

  /** What a row of bytes 255 gives: each is 127 steps above its zero. */
  public static final float SUM = WIDTH * 127f * 127f;

  private ByteProductGraph() {}

  /** Writes the graph. */
  public static byte[] write() {
    GraphBuilder graph = new GraphBuilder("byte_products");
    graph.input(BYTES, DataType.UINT8, "rows", WIDTH);
    String shape = graph.int64s("shape", WIDTH, WIDTH);
    String weight = graph.oneByte("weight", DataType.INT8, (byte) 127);
    graph
        .microsoftOp(
            "MatMulIntegerToFloat",
            BYTES,
            graph.op("Expand", weight, shape).output(),
            graph.floats("one", new float[] {1}),
            graph.floats("another_one", new float[] {1}),
            graph.oneByte("zero", DataType.UINT8, (byte) 128),
            graph.oneByte("weight_zero", DataType.INT8, (byte) 0))
        .outputs(SUMS);
    graph.output(SUMS, DataType.FLOAT, "rows", WIDTH);
    return graph.build();
  }
}
