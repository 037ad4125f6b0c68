package ai.laconic.runtime.verify;

import ai.laconic.runtime.model.ModelDirectory;

/**
 * How near a model's values must come to the reference's.
 *
 * @param relative whether latents are compared by ||a - b|| / ||b|| over a span, not by their
 *     largest difference; that one is absolute for small latents, and in units of the root mean
 *     square of the reference's where that is above 1: 32-bit floats of 100 can't be as near as
 *     those of 1
 * @param latents the largest difference of a span that is near enough
 * @param tokensMustAgree whether another token than the reference's is an error
 */
public record Tolerance(boolean relative, double latents, boolean tokensMustAgree) {
  /** A step whose two best logits are nearer than this may go either way. */
  static final double TIE = 1e-3;

  /** Sums in 32 bits, in another order than the reference's. */
  private static final Tolerance AS_TRAINED = new Tolerance(false, 1e-4, true);

  /** Other weights: another model that should mean the same. */
  private static final Tolerance QUANTIZED = new Tolerance(true, 0.1, false);

  static Tolerance of(ModelDirectory model) {
    return model.quantized() ? QUANTIZED : AS_TRAINED;
  }

  /** Returns the difference of two spans' latents; not a number where one of them isn't. */
  double difference(float[] actual, float[] expected) {
    double largest = 0;
    double error = 0;
    double norm = 0;
    for (int i = 0; i < expected.length; i++) {
      double difference = Math.abs((double) actual[i] - expected[i]);
      largest = Math.max(largest, difference);
      error += difference * difference;
      norm += (double) expected[i] * expected[i];
    }
    if (!relative) {
      return largest / Math.max(1, Math.sqrt(norm / expected.length));
    }
    return error == 0 ? 0 : Math.sqrt(error / norm);
  }

  boolean accepts(double difference) {
    // Not a number is not below anything.
    return difference <= latents;
  }
}
