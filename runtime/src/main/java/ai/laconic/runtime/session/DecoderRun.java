package ai.laconic.runtime.session;

import ai.laconic.runtime.graph.DecoderGraph;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.RunOptions;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.nio.LongBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/** Runs the decoder's graph over slots; knows tensors, but not what they are for. */
final class DecoderRun implements AutoCloseable {
  private final OrtEnvironment environment = OrtSessions.environment();
  private final OrtSession session;
  private final RunOptions options;
  private boolean closed;
  private final KvCache cache;
  private final int latentWidth;
  private final int vocabularySize;

  /** As large as the most latents of one run so far. */
  private FloatBuffer latents = FloatBuffer.allocate(0);

  /** By the number of slots that step together. */
  private final Map<Integer, StepTensors> steps = new HashMap<>();

  DecoderRun(OrtSession session, KvCache cache, int latentWidth, int vocabularySize)
      throws OrtException {
    this.session = session;
    this.options = new RunOptions();
    this.cache = cache;
    this.latentWidth = latentWidth;
    this.vocabularySize = vocabularySize;
  }

  /**
   * Returns room for some latents, which the graph reads where they are written; the next call
   * returns the same.
   */
  FloatBuffer latents(int rows) {
    int values = Math.multiplyExact(rows, latentWidth);
    if (latents.capacity() < values) {
      latents = direct(values);
    }
    return latents.clear().limit(values);
  }

  private static FloatBuffer direct(int values) {
    int bytes = Math.multiplyExact(values, Float.BYTES);
    return ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder()).asFloatBuffer();
  }

  /**
   * Appends ids to one slot.
   *
   * @param after positions of the slot after this run
   * @param latentRows for each id 0, or k where it takes the k-th latent
   * @param latents rows of latents, from {@link #latents}
   * @param wanted which of the ids logits are wanted behind
   * @return logits of each that is wanted
   */
  float[][] append(
      int slot, int after, int[] ids, long[] latentRows, FloatBuffer latents, long[] wanted)
      throws OrtException {
    long[] shape = {1, ids.length};
    KvCache.Rows keysAndValues = cache.rows(slot, 1);
    Map<String, OnnxTensor> inputs = new HashMap<>(keysAndValues.past());
    try (OnnxTensor idTensor = longs(Arrays.stream(ids).asLongStream().toArray(), shape);
        OnnxTensor rowTensor = longs(latentRows, shape);
        OnnxTensor latentTensor =
            OnnxTensor.createTensor(
                environment, latents, new long[] {latents.remaining() / latentWidth, latentWidth});
        OnnxTensor lengthTensor = ints(new int[] {after - 1}, new long[] {1});
        OnnxTensor totalTensor = ints(new int[] {after}, new long[0]);
        OnnxTensor wantedTensor = longs(wanted, new long[] {wanted.length})) {
      inputs.put(DecoderGraph.INPUT_IDS, idTensor);
      inputs.put(DecoderGraph.LATENT_ROWS, rowTensor);
      inputs.put(DecoderGraph.LATENTS, latentTensor);
      inputs.put(DecoderGraph.LENGTHS, lengthTensor);
      inputs.put(DecoderGraph.TOTAL, totalTensor);
      inputs.put(DecoderGraph.LOGIT_POSITIONS, wantedTensor);
      try (OrtSession.Result result =
          session.run(inputs, Set.of(DecoderGraph.LOGITS), keysAndValues.present(), options)) {
        OnnxTensor logits = (OnnxTensor) result.get(DecoderGraph.LOGITS).orElseThrow();
        return perRow(logits.getFloatBuffer(), wanted.length);
      }
    }
  }

  /**
   * Appends one token to each of some slots that follow each other.
   *
   * @param first the first slot
   * @param after positions of each slot after this run
   * @param tokens one for each slot
   * @return logits of each slot
   */
  float[][] step(int first, int[] after, int[] tokens) throws OrtException {
    int rows = tokens.length;
    KvCache.Rows keysAndValues = cache.rows(first, rows);
    StepTensors tensors = steps.get(rows);
    if (tensors == null) {
      tensors = new StepTensors(environment, rows, latentWidth, vocabularySize);
      steps.put(rows, tensors);
    }
    tensors.set(after, tokens);
    session
        .run(
            tensors.inputsWith(keysAndValues.past()),
            Set.of(),
            tensors.outputsWith(keysAndValues.present()),
            options)
        .close();
    return perRow(tensors.logits(), rows);
  }

  /**
   * Ends runs with an exception, the one under way and those that follow, or lets them be again.
   * May be called from any thread, also after the end.
   */
  void setTerminate(boolean terminate) throws OrtException {
    synchronized (options) {
      if (!closed) {
        options.setTerminate(terminate);
      }
    }
  }

  void copy(int from, int to, int positions) {
    cache.copy(from, to, positions);
  }

  private static float[][] perRow(FloatBuffer values, int rows) {
    float[][] split = new float[rows][values.remaining() / rows];
    for (float[] row : split) {
      values.get(row);
    }
    return split;
  }

  private OnnxTensor longs(long[] values, long[] shape) throws OrtException {
    return OnnxTensor.createTensor(environment, LongBuffer.wrap(values), shape);
  }

  private OnnxTensor ints(int[] values, long[] shape) throws OrtException {
    return OnnxTensor.createTensor(environment, IntBuffer.wrap(values), shape);
  }

  /** Frees the model and the cache; no run may be under way. */
  @Override
  public void close() {
    try {
      session.close();
    } catch (OrtException e) {
      throw new SessionException("closing the decoder: " + e.getMessage(), e);
    } finally {
      synchronized (options) {
        closed = true;
        options.close();
      }
      steps.values().forEach(StepTensors::close);
      steps.clear();
      cache.close();
    }
  }
}
