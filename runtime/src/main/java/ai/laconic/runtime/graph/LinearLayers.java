package ai.laconic.runtime.graph;

import ai.laconic.runtime.model.LinearWeight;
import ai.laconic.runtime.onnx.TensorProto.DataType;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Adds linear layers, each in the form in which its weights are stored. Every method returns the
 * layer's last operation, so that the caller names its output.
 */
final class LinearLayers {
  private static final int INT8_MAX = 127;

  /** Where an unsigned byte has its zero, for values that are stored shifted. */
  private static final byte BYTE_ZERO = (byte) 128;

  /** Below any activation that matters, and far enough from 0 to be divided by. */
  private static final float SMALLEST_MAGNITUDE = 1e-20f;

  /** The kernel quantises its input to 8 bits as well; without it, weights would be widened. */
  private static final int ACCURACY_INT8 = 4;

  private final GraphBuilder graph;

  /** By the name of the value, since several layers read the same one. */
  private final Map<String, Rows> quantised = new HashMap<>();

  private boolean constants;

  LinearLayers(GraphBuilder graph) {
    this.graph = graph;
  }

  /**
   * A value as bytes, one scale a row.
   *
   * @param bytes uint8 [rows, width]
   * @param scales float [rows, 1]
   * @param shape int64: the value's dimensions, the last one left open
   */
  private record Rows(String bytes, String scales, String shape) {}

  /** Multiplies by the weights of a layer. */
  Operation add(String value, String name, LinearWeight weight) {
    if (weight instanceof LinearWeight.Floating floating) {
      return transposed(value, graph.weight(name, floating.weight()));
    }
    if (weight instanceof LinearWeight.Int8Channels channels) {
      return channels(value, name, channels);
    }
    return blocks(value, name, (LinearWeight.Blocks) weight);
  }

  /** Multiplies by a matrix of floats stored as [out, in], the way checkpoints store them. */
  Operation transposed(String value, String matrix) {
    return graph.microsoftOp("FusedMatMul", value, matrix).with("transB", 1);
  }

  /**
   * Quantises each row of the value by its own largest magnitude and multiplies whole numbers. A
   * row's result depends on nothing but the row: {@code DynamicQuantizeLinear}, with one scale for
   * the whole tensor, would make a window's latents depend on the windows that happen to be encoded
   * beside it.
   */
  private Operation channels(String value, String name, LinearWeight.Int8Channels weight) {
    long outWidth = weight.weight().shape().get(0);
    long inWidth = weight.weight().shape().get(1);
    addConstants();
    Rows rows = quantised.computeIfAbsent(value, known -> quantise(known, inWidth));
    String matrix = graph.op("Transpose", graph.stored(name, weight.weight())).output();
    String scales = graph.weight(name + "_scale", weight.scale(), List.of(outWidth));
    // One for each layer: ONNX Runtime's careful products convert it under a name made of its own.
    String zero = graph.oneByte(matrix + ".zero", DataType.INT8, (byte) 0);
    String product =
        graph
            .microsoftOp(
                "MatMulIntegerToFloat",
                rows.bytes(),
                matrix,
                "linear.one",
                scales,
                "linear.zero",
                zero)
            .output();
    String scaled = graph.op("Mul", product, rows.scales()).output();
    return graph.op("Reshape", scaled, rows.shape());
  }

  private Rows quantise(String value, long width) {
    String leading = graph.op("Shape", value).with("start", 0).with("end", -1).output();
    String shape = graph.op("Concat", leading, "linear.rest").with("axis", 0).output();
    String flat =
        graph.op("Reshape", value, graph.int64s("linear.flat." + value, -1, width)).output();
    String largest =
        graph
            .op("ReduceMax", graph.op("Abs", flat).output(), "linear.axis")
            .with("keepdims", 0)
            .output();
    String aboveZero = graph.op("Max", largest, "linear.smallest").output();
    String scales = graph.op("Mul", aboveZero, "linear.step").output();
    String zeros = graph.op("Expand", "linear.zero", graph.op("Shape", scales).output()).output();
    return new Rows(
        graph.op("QuantizeLinear", flat, scales, zeros).with("axis", 0).output(),
        graph.op("Unsqueeze", scales, "linear.axis").output(),
        shape);
  }

  private void addConstants() {
    if (constants) {
      return;
    }
    constants = true;
    graph.int64s("linear.rest", -1);
    graph.int64s("linear.axis", 1);
    graph.floats("linear.smallest", new float[] {SMALLEST_MAGNITUDE}, 1);
    graph.floats("linear.step", new float[] {1f / INT8_MAX}, 1);
    graph.floats("linear.one", new float[] {1});
    graph.oneByte("linear.zero", DataType.UINT8, BYTE_ZERO);
  }

  /** The file has the very bytes that the kernel wants: a type and a shape are all it takes. */
  private Operation blocks(String value, String name, LinearWeight.Blocks weight) {
    long blocks = weight.inWidth() / weight.blockSize();
    long blockBytes = (long) weight.blockSize() * weight.bits() / Byte.SIZE;
    String packed =
        graph.stored(
            name + "_packed",
            weight.packed(),
            DataType.UINT8,
            List.of(weight.outWidth(), blocks, blockBytes));
    return graph
        .microsoftOp("MatMulNBits", value, packed, graph.weight(name + "_scale", weight.scale()))
        .with("K", weight.inWidth())
        .with("N", weight.outWidth())
        .with("bits", weight.bits())
        .with("block_size", weight.blockSize())
        .with("accuracy_level", ACCURACY_INT8);
  }
}
