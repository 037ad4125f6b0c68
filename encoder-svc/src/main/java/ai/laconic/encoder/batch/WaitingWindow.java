package ai.laconic.encoder.batch;

/** One window that waits for its batch. Two are never equal. */
final class WaitingWindow {
  private final Submission submission;
  // Place in the submission.
  private final int index;
  private final int[] ids;
  // Reading of the batcher's clock.
  private final long arrivedNanos;

  WaitingWindow(Submission submission, int index, int[] ids, long arrivedNanos) {
    this.submission = submission;
    this.index = index;
    this.ids = ids;
    this.arrivedNanos = arrivedNanos;
  }

  BatchJob job() {
    return submission.job();
  }

  Submission submission() {
    return submission;
  }

  int[] ids() {
    return ids;
  }

  int tokens() {
    return ids.length;
  }

  long arrivedNanos() {
    return arrivedNanos;
  }

  void encoded(float[] latents) {
    submission.encoded(index, latents);
  }
}
