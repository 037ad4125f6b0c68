package ai.laconic.encoder.batch;

import ai.laconic.runtime.latent.LatentId;
import java.util.ArrayList;
import java.util.List;

/**
 * One window that waits for its batch, or is in one. Two are never equal. Guarded by the batcher's
 * lock.
 */
final class WaitingWindow {
  /**
   * Who wants its latents.
   *
   * @param index place in the submission
   */
  record Taker(Submission submission, int index) {
    void encoded(float[] latents) {
      submission.encoded(index, latents);
    }
  }

  private final WindowInput input;
  // In the order in which they came; the first one's job stands in line for it and is charged.
  private final List<Taker> takers = new ArrayList<>(1);
  // Reading of the batcher's clock.
  private final long arrivedNanos;

  WaitingWindow(WindowInput input, Taker first, long arrivedNanos) {
    this.input = input;
    this.arrivedNanos = arrivedNanos;
    takers.add(first);
  }

  void join(Taker taker) {
    takers.add(taker);
  }

  /** Drops takers that gave up, and returns whether one is left. */
  boolean inherit() {
    takers.removeIf(taker -> !taker.submission().wanted());
    return !takers.isEmpty();
  }

  List<Taker> takers() {
    return List.copyOf(takers);
  }

  BatchJob job() {
    return takers.get(0).submission().job();
  }

  LatentId id() {
    return input.id();
  }

  int[] ids() {
    return input.ids();
  }

  int tokens() {
    return input.ids().length;
  }

  long arrivedNanos() {
    return arrivedNanos;
  }
}
