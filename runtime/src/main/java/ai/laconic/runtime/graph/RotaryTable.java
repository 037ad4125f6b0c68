package ai.laconic.runtime.graph;

import ai.laconic.runtime.model.Qwen3Config;
import ai.laconic.runtime.onnx.TensorProto.DataType;

/**
 * Cosine and sine of the rotary angles of the first positions, [positions, headDim / 2] each.
 *
 * <p>Angles are computed in double: at a hundred thousand positions the product of a float position
 * and a float frequency is already off in its second decimal.
 */
record RotaryTable(String cos, String sin) {
  static RotaryTable add(GraphBuilder graph, Qwen3Config config, int positions) {
    int half = config.headDim() / 2;
    float[] cos = new float[Math.multiplyExact(positions, half)];
    float[] sin = new float[cos.length];
    for (int i = 0; i < half; i++) {
      double frequency = Math.pow(config.ropeTheta(), -2.0 * i / config.headDim());
      for (int position = 0; position < positions; position++) {
        double angle = position * frequency;
        cos[position * half + i] = (float) Math.cos(angle);
        sin[position * half + i] = (float) Math.sin(angle);
      }
    }
    return new RotaryTable(
        graph.floats("rotary.cos", cos, positions, half),
        graph.floats("rotary.sin", sin, positions, half));
  }

  RotaryTable cast(GraphBuilder graph, DataType type) {
    return new RotaryTable(graph.cast(cos, type), graph.cast(sin, type));
  }
}
