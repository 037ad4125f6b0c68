package ai.laconic.runtime.session;

import ai.laconic.runtime.graph.DecoderGraph;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.nio.LongBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/** Runs the decoder's graph over neighbouring slots; knows tensors, but not what they are for. */
final class DecoderRun implements AutoCloseable {
  private final OrtEnvironment environment = OrtSessions.environment();
  private final OrtSession session;
  private final KvCache cache;
  private final int latentWidth;

  DecoderRun(OrtSession session, KvCache cache, int latentWidth) {
    this.session = session;
    this.cache = cache;
    this.latentWidth = latentWidth;
  }

  /**
   * Appends the same number of ids to slots that follow each other.
   *
   * @param first the first slot
   * @param after positions of each slot after this run
   * @param ids ids of all slots, slot by slot
   * @param latentRows for each id 0, or k where it takes the k-th latent
   * @param latents rows of latents
   * @return logits of each slot's last position
   */
  float[][] run(int first, int[] after, int[] ids, long[] latentRows, float[] latents)
      throws OrtException {
    int rows = after.length;
    long[] shape = {rows, ids.length / rows};
    KvCache.Rows keysAndValues = cache.rows(first, rows);
    Map<String, OnnxTensor> inputs = new HashMap<>(keysAndValues.past());
    try (OnnxTensor idTensor = longs(Arrays.stream(ids).asLongStream().toArray(), shape);
        OnnxTensor rowTensor = longs(latentRows, shape);
        OnnxTensor latentTensor =
            OnnxTensor.createTensor(
                environment,
                FloatBuffer.wrap(latents),
                new long[] {latents.length / latentWidth, latentWidth});
        OnnxTensor lengthTensor =
            OnnxTensor.createTensor(
                environment,
                IntBuffer.wrap(Arrays.stream(after).map(length -> length - 1).toArray()),
                new long[] {rows});
        OnnxTensor totalTensor =
            OnnxTensor.createTensor(
                environment,
                IntBuffer.wrap(new int[] {Arrays.stream(after).max().orElseThrow()}),
                new long[0])) {
      inputs.put(DecoderGraph.INPUT_IDS, idTensor);
      inputs.put(DecoderGraph.LATENT_ROWS, rowTensor);
      inputs.put(DecoderGraph.LATENTS, latentTensor);
      inputs.put(DecoderGraph.LENGTHS, lengthTensor);
      inputs.put(DecoderGraph.TOTAL, totalTensor);
      try (OrtSession.Result result =
          session.run(inputs, Set.of(DecoderGraph.LOGITS), keysAndValues.present())) {
        OnnxTensor logits = (OnnxTensor) result.get(DecoderGraph.LOGITS).orElseThrow();
        return perRow(logits.getFloatBuffer(), rows);
      }
    }
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

  /** Frees the model and the cache; no run may be under way. */
  @Override
  public void close() {
    try {
      session.close();
    } catch (OrtException e) {
      throw new SessionException("closing the decoder: " + e.getMessage(), e);
    } finally {
      cache.close();
    }
  }
}
