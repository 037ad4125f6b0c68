package ai.laconic.runtime.session;

import static java.util.Objects.requireNonNull;

import ai.laconic.runtime.graph.EncoderGraph;
import ai.laconic.runtime.model.ModelDirectory;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.nio.LongBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/**
 * Encoder, pooling and adapter: windows of ids to latents.
 *
 * <p>Safe for use by many threads. Calls run side by side on one set of threads, so that a single
 * caller that batches gets more done.
 */
public final class LatentEncoder implements AutoCloseable {
  private final ModelDirectory model;
  private final OrtSession session;

  /** Runs share it, closing owns it. */
  private final ReadWriteLock lock = new ReentrantReadWriteLock();

  private boolean closed;

  private LatentEncoder(ModelDirectory model, OrtSession session) {
    this.model = model;
    this.session = session;
  }

  /**
   * Loads the encoder of a model.
   *
   * @param threads threads that one call of {@link #encode} uses
   * @throws SessionException if ONNX Runtime can't load it there
   */
  public static LatentEncoder open(ModelDirectory model, Device device, int threads) {
    requireNonNull(model, "model");
    byte[] graph = EncoderGraph.write(model, device.needsHalfAttention());
    return new LatentEncoder(model, OrtSessions.open(graph, model.path(), device, threads));
  }

  /**
   * Encodes windows in one batch, filled up to the longest of them.
   *
   * @param windows ids of each, 1 to {@link ModelDirectory#windowTokens()}
   * @return for each window its ceil(n / ratio) latents, row-major
   */
  public List<float[]> encode(List<int[]> windows) {
    if (windows.isEmpty()) {
      return List.of();
    }
    windows.forEach(this::check);
    lock.readLock().lock();
    try {
      if (closed) {
        throw new IllegalStateException("encoder: closed (expected: open)");
      }
      return run(windows);
    } catch (OrtException e) {
      throw new SessionException("encoding " + windows.size() + " windows: " + e.getMessage(), e);
    } finally {
      lock.readLock().unlock();
    }
  }

  private List<float[]> run(List<int[]> windows) throws OrtException {
    int rows = windows.size();
    int ratio = model.ratio().value();
    int longest = windows.stream().mapToInt(window -> window.length).max().orElseThrow();
    int groups = model.ratio().latentsFor(longest);
    int width = Math.multiplyExact(groups, ratio);
    LongBuffer ids = direct((long) rows * width * Long.BYTES).asLongBuffer();
    IntBuffer lengths = direct((long) rows * Integer.BYTES).asIntBuffer();
    for (int row = 0; row < rows; row++) {
      int[] window = windows.get(row);
      for (int i = 0; i < window.length; i++) {
        ids.put(row * width + i, window[i]);
      }
      lengths.put(row, window.length);
    }
    OrtEnvironment environment = OrtSessions.environment();
    try (OnnxTensor idTensor = OnnxTensor.createTensor(environment, ids, new long[] {rows, width});
        OnnxTensor lengthTensor = OnnxTensor.createTensor(environment, lengths, new long[] {rows});
        OrtSession.Result result =
            session.run(
                Map.of(EncoderGraph.INPUT_IDS, idTensor, EncoderGraph.LENGTHS, lengthTensor))) {
      FloatBuffer latents = ((OnnxTensor) result.get(0)).getFloatBuffer();
      int rowValues = groups * model.latentWidth();
      List<float[]> encoded = new ArrayList<>(rows);
      for (int row = 0; row < rows; row++) {
        int count = model.ratio().latentsFor(windows.get(row).length);
        float[] values = new float[count * model.latentWidth()];
        latents.get(row * rowValues, values);
        encoded.add(values);
      }
      return encoded;
    }
  }

  private void check(int[] window) {
    if (window.length < 1 || window.length > model.windowTokens()) {
      throw new IllegalArgumentException(
          "window: " + window.length + " ids (expected: 1 to " + model.windowTokens() + ")");
    }
    Ids.check(window, model.encoder().vocabularySize());
  }

  /** Wrapped without a copy by ONNX Runtime; zeros fill up the rows. */
  private static ByteBuffer direct(long bytes) {
    return ByteBuffer.allocateDirect(Math.toIntExact(bytes)).order(ByteOrder.nativeOrder());
  }

  /** Waits for running calls and frees the model. */
  @Override
  public void close() {
    lock.writeLock().lock();
    try {
      if (!closed) {
        closed = true;
        session.close();
      }
    } catch (OrtException e) {
      throw new SessionException("closing the encoder: " + e.getMessage(), e);
    } finally {
      lock.writeLock().unlock();
    }
  }
}
