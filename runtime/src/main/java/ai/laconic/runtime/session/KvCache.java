package ai.laconic.runtime.session;

import ai.laconic.runtime.graph.DecoderGraph;
import ai.laconic.runtime.graph.DecoderGraph.NamePair;
import ai.laconic.runtime.model.Qwen3Config;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import com.sun.jna.Memory;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Keys and values of all slots: for each layer two buffers [slots, kvHeads, capacity, headDim],
 * which ONNX Runtime reads and extends in place. Slots that follow each other form one tensor
 * without a copy.
 *
 * <p>What is reserved at first are addresses: the system gives a page once a position in it is
 * written. Java's own direct buffers would be zeroed, and so take all of it at once.
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
  private final List<Memory> memory = new ArrayList<>();

  /**
   * Reserves the buffers.
   *
   * @param capacity positions for each slot
   * @throws SessionException if there aren't as many addresses
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
    try {
      for (int layer = 0; layer < config.layers(); layer++) {
        buffers.put(DecoderGraph.keys(layer), reserve(bytes));
        buffers.put(DecoderGraph.values(layer), reserve(bytes));
      }
    } catch (RuntimeException | Error e) {
      close();
      throw e;
    }
  }

  private FloatBuffer reserve(long bytes) {
    try {
      Memory reserved = new Memory(bytes);
      memory.add(reserved);
      return reserved.getByteBuffer(0, bytes).order(ByteOrder.nativeOrder()).asFloatBuffer();
    } catch (OutOfMemoryError e) {
      throw new SessionException(
          "key/value cache: "
              + bytes
              + " bytes for each of "
              + 2 * config.layers()
              + " buffers (expected: fewer slots or positions, or more memory)",
          e);
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

  /** Copies the first positions of a slot to another. */
  void copy(int from, int to, int positions) {
    int headValues = capacity * config.headDim();
    for (FloatBuffer buffer : buffers.values()) {
      for (int head = 0; head < config.kvHeads(); head++) {
        int source = (from * config.kvHeads() + head) * headValues;
        int target = (to * config.kvHeads() + head) * headValues;
        buffer.put(target, buffer, source, positions * config.headDim());
      }
    }
  }

  private long rowValues() {
    return (long) config.kvWidth() * capacity;
  }

  /** Frees tensors and buffers; no run may be under way. */
  @Override
  public void close() {
    open.forEach(OnnxTensor::close);
    open.clear();
    views.clear();
    buffers.clear();
    memory.forEach(Memory::close);
    memory.clear();
  }
}
