package ai.laconic.encoder.batch;

import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Windows that were submitted together; their latents are handed over together. */
final class Submission {
  private final BatchJob job;
  // Written by the batcher's thread alone; the future publishes it.
  private final float[][] latents;
  private int remaining;
  private final CompletableFuture<List<float[]>> result = new CompletableFuture<>();

  Submission(BatchJob job, int windows) {
    this.job = job;
    this.latents = new float[windows][];
    this.remaining = windows;
  }

  BatchJob job() {
    return job;
  }

  CompletableFuture<List<float[]>> result() {
    return result;
  }

  void encoded(int index, float[] windowLatents) {
    latents[index] = windowLatents;
    remaining--;
    if (remaining == 0) {
      result.complete(Arrays.asList(latents));
    }
  }

  void fail(RuntimeException problem) {
    result.completeExceptionally(problem);
  }
}
