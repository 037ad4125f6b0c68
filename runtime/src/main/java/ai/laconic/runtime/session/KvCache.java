package ai.laconic.runtime.session;

import ai.laconic.runtime.graph.DecoderGraph;
import ai.laconic.runtime.graph.DecoderGraph.NamePair;
import ai.laconic.runtime.model.Qwen3Config;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Keys and values of all slots: for each layer two direct buffers [slots, kvHeads, capacity,
 * headDim], which ONNX Runtime reads and extends in place. Slots that follow each other form one
 * tensor without a copy.
 */
final class KvCache implements AutoCloseable {
  /**
   * The tensors of neighbouring slots. One buffer stands behind a past and its present, which is
   * what makes a run append in place.
   *
   * @param past tensors by input name
   * @param present the same tensors by output name
   */
  record Rows(Map<String, OnnxTensor> past, Map<String, OnnxTensor> present) {}

  private record Range(int first, int count) {}

  private final Qwen3Config config;
  private final int capacity;
  private final Map<NamePair, FloatBuffer> buffers = new LinkedHashMap<>();
  private final Map<Range, Rows> views = new HashMap<>();
  private final List<OnnxTensor> open = new ArrayList<>();

  /**
   * Allocates the buffers.
   *
   * @param capacity positions for each slot
   */
  KvCache(Qwen3Config config, int slots, int capacity) {
    this.config = config;
    this.capacity = capacity;
    long bytes = (long) slots * rowValues() * Float.BYTES;
    if (bytes > Integer.MAX_VALUE) {
      throw new IllegalArgumentException(
          "slots x positions: "
              + slots
              + " x "
              + capacity
              + " (expected: at most "
              + Integer.MAX_VALUE / (config.kvWidth() * Float.BYTES)
              + " positions in all, since one buffer holds up to 2 GiB)");
    }
    for (int layer = 0; layer < config.layers(); layer++) {
      buffers.put(DecoderGraph.keys(layer), allocate((int) bytes));
      buffers.put(DecoderGraph.values(layer), allocate((int) bytes));
    }
  }

  /** Returns the tensors of {@code count} slots from {@code first} on. */
  Rows rows(int first, int count) throws OrtException {
    Range range = new Range(first, count);
    Rows rows = views.get(range);
    if (rows == null) {
      rows = view(range);
      views.put(range, rows);
    }
    return rows;
  }

  private Rows view(Range range) throws OrtException {
    long[] shape = {range.count, config.kvHeads(), capacity, config.headDim()};
    int rowValues = Math.toIntExact(rowValues());
    Map<String, OnnxTensor> past = new HashMap<>();
    Map<String, OnnxTensor> present = new HashMap<>();
    for (Map.Entry<NamePair, FloatBuffer> entry : buffers.entrySet()) {
      FloatBuffer slots = entry.getValue().slice(range.first * rowValues, range.count * rowValues);
      OnnxTensor tensor = OnnxTensor.createTensor(OrtSessions.environment(), slots, shape);
      open.add(tensor);
      past.put(entry.getKey().past(), tensor);
      present.put(entry.getKey().present(), tensor);
    }
    return new Rows(past, present);
  }

  private long rowValues() {
    return (long) config.kvWidth() * capacity;
  }

  private static FloatBuffer allocate(int bytes) {
    try {
      return ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder()).asFloatBuffer();
    } catch (OutOfMemoryError e) {
      throw new SessionException(
          "key/value cache: "
              + bytes
              + " bytes a layer (expected: fewer slots or tokens, or more -XX:MaxDirectMemorySize)",
          e);
    }
  }

  /** Frees the tensors; the buffers go with the garbage. */
  @Override
  public void close() {
    open.forEach(OnnxTensor::close);
    open.clear();
    views.clear();
    buffers.clear();
  }
}
