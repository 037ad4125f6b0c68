package ai.laconic.runtime.session;

import ai.laconic.runtime.graph.DecoderGraph;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.nio.LongBuffer;
import java.util.HashMap;
import java.util.Map;

/**
 * What a step over a number of slots reads and writes beside keys and values. A step is short, and
 * most of them are over as many slots as the one before: tensors made anew would take longer than
 * some of the graph's nodes.
 */
final class StepTensors implements AutoCloseable {
  private final LongBuffer ids;
  private final IntBuffer lengths;
  private final IntBuffer total;
  private final FloatBuffer logits;
  private final Map<String, OnnxTensor> inputs = new HashMap<>();
  private final Map<String, OnnxTensor> outputs = new HashMap<>();

  StepTensors(OrtEnvironment environment, int rows, int latentWidth, int vocabularySize)
      throws OrtException {
    ids = direct((long) rows * Long.BYTES).asLongBuffer();
    lengths = direct((long) rows * Integer.BYTES).asIntBuffer();
    total = direct(Integer.BYTES).asIntBuffer();
    logits = direct((long) rows * vocabularySize * Float.BYTES).asFloatBuffer();
    LongBuffer zeros = direct((long) rows * Long.BYTES).asLongBuffer();
    long[] perRow = {rows, 1};
    inputs.put(DecoderGraph.INPUT_IDS, OnnxTensor.createTensor(environment, ids, perRow));
    inputs.put(DecoderGraph.LATENT_ROWS, OnnxTensor.createTensor(environment, zeros, perRow));
    inputs.put(
        DecoderGraph.LATENTS,
        OnnxTensor.createTensor(
            environment, FloatBuffer.wrap(new float[0]), new long[] {0, latentWidth}));
    inputs.put(
        DecoderGraph.LENGTHS, OnnxTensor.createTensor(environment, lengths, new long[] {rows}));
    inputs.put(DecoderGraph.TOTAL, OnnxTensor.createTensor(environment, total, new long[0]));
    inputs.put(
        DecoderGraph.LOGIT_POSITIONS,
        OnnxTensor.createTensor(environment, LongBuffer.wrap(new long[1]), new long[] {1}));
    outputs.put(
        DecoderGraph.LOGITS,
        OnnxTensor.createTensor(environment, logits, new long[] {rows, 1, vocabularySize}));
  }

  /** Says what the next step appends. */
  void set(int[] after, int[] tokens) {
    int most = 0;
    for (int row = 0; row < tokens.length; row++) {
      ids.put(row, tokens[row]);
      lengths.put(row, after[row] - 1);
      most = Math.max(most, after[row]);
    }
    total.put(0, most);
  }

  Map<String, OnnxTensor> inputsWith(Map<String, OnnxTensor> past) {
    Map<String, OnnxTensor> all = new HashMap<>(inputs);
    all.putAll(past);
    return all;
  }

  Map<String, OnnxTensor> outputsWith(Map<String, OnnxTensor> present) {
    Map<String, OnnxTensor> all = new HashMap<>(outputs);
    all.putAll(present);
    return all;
  }

  /** Returns what the step wrote, row after row. */
  FloatBuffer logits() {
    return logits.duplicate();
  }

  private static ByteBuffer direct(long bytes) {
    return ByteBuffer.allocateDirect(Math.toIntExact(bytes)).order(ByteOrder.nativeOrder());
  }

  @Override
  public void close() {
    inputs.values().forEach(OnnxTensor::close);
    outputs.values().forEach(OnnxTensor::close);
  }
}
