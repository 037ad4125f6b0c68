package ai.laconic.decoder.engine.onnx;

import static java.util.concurrent.TimeUnit.NANOSECONDS;

import java.time.Duration;

/**
 * How many positions are appended between two tokens of others: as many as fit into a time, going
 * by how long the last ones took.
 */
final class ChunkBudget {
  /** Fewer would cost more in overhead than they save the others. */
  private static final int LEAST = 32;

  private final Duration time;
  private final int most;

  /** Nanoseconds for a position; 0 if not known. */
  private double perPosition;

  /**
   * @param time that others wait
   * @param most positions at once, also if nobody waits
   */
  ChunkBudget(Duration time, int most) {
    this.time = time;
    this.most = most;
  }

  /** Returns the most positions to append now. */
  int positions(boolean othersWait) {
    if (!othersWait || perPosition == 0) {
      return most;
    }
    double fitting = NANOSECONDS.convert(time) / perPosition;
    return (int) Math.min(most, Math.max(LEAST, fitting));
  }

  /** Learns from a chunk. A later position of the same prompt takes longer: the last one counts. */
  void took(int positions, Duration duration) {
    if (positions >= LEAST) {
      perPosition = (double) duration.toNanos() / positions;
    }
  }
}
