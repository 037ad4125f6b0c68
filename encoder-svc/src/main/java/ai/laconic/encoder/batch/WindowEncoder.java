package ai.laconic.encoder.batch;

import java.util.List;

/** Computes the latents of windows. Called by one thread at a time. */
@FunctionalInterface
public interface WindowEncoder {
  /**
   * Computes one batch.
   *
   * @param windows token ids of each window
   * @return for each window its latents, row after row
   * @throws io.grpc.StatusRuntimeException what every caller with a window in the batch is told
   */
  List<float[]> encode(List<int[]> windows);
}
