package ai.laconic.decoder.engine.onnx;

import ai.laconic.decoder.engine.SamplingSettings;
import java.util.Arrays;

/**
 * Chooses the next token from logits. Pure: the same logits, settings and random number give the
 * same token. Equal logits are ordered by id.
 */
final class Sampler {
  private Sampler() {}

  /**
   * Returns the chosen id.
   *
   * @param logits a number for each id; minus infinity excludes one
   * @param random from 0 to below 1; unused if greedy
   * @throws IllegalArgumentException if a logit is NaN or plus infinity, or all are excluded
   */
  static int next(float[] logits, SamplingSettings settings, double random) {
    int best = mostProbable(logits);
    if (settings.greedy() || settings.topK() == 1) {
      return best;
    }
    if (settings.topK() > 0 && settings.topK() < logits.length) {
      int[] ids = mostProbable(logits, settings.topK());
      double[] kept = weights(of(logits, ids), logits[best], settings.temperature());
      return ids[choose(kept, nucleus(kept, settings.topP() * sum(kept)), random)];
    }
    double[] weights = weights(logits, logits[best], settings.temperature());
    if (settings.topP() < 1) {
      double enough = settings.topP() * sum(weights);
      int[] ids = likely(logits, weights, sum(weights) - enough);
      double[] kept = of(weights, ids);
      return ids[choose(kept, nucleus(kept, enough), random)];
    }
    return choose(weights, weights.length, random);
  }

  private static int mostProbable(float[] logits) {
    // Two plain passes: the compiler makes vectors of the first, and the second ends early.
    float most = Float.NEGATIVE_INFINITY;
    for (float logit : logits) {
      most = Math.max(most, logit);
    }
    if (!Float.isFinite(most)) {
      throw noSense(logits);
    }
    int best = 0;
    while (logits[best] != most) {
      best++;
    }
    return best;
  }

  private static IllegalArgumentException noSense(float[] logits) {
    for (int i = 0; i < logits.length; i++) {
      if (Float.isNaN(logits[i]) || logits[i] == Float.POSITIVE_INFINITY) {
        return new IllegalArgumentException(
            "logits[" + i + "]: " + logits[i] + " (expected: a finite number)");
      }
    }
    return new IllegalArgumentException("logits: all excluded (expected: at least one finite)");
  }

  /** Returns probabilities up to a common factor, 1 for the most probable. */
  private static double[] weights(float[] logits, float most, double temperature) {
    double[] weights = new double[logits.length];
    for (int i = 0; i < logits.length; i++) {
      weights[i] = Math.exp(((double) logits[i] - most) / temperature);
    }
    return weights;
  }

  /** Returns the {@code count} most probable ids, most probable first. */
  private static int[] mostProbable(float[] logits, int count) {
    long[] best = new long[count];
    int size = 0;
    for (int id = 0; id < logits.length; id++) {
      long key = key(logits[id], id);
      boolean excluded = logits[id] == Float.NEGATIVE_INFINITY;
      if (!excluded && (size < count || key < best[size - 1])) {
        int at = -1 - Arrays.binarySearch(best, 0, size, key);
        size = Math.min(size + 1, count);
        System.arraycopy(best, at, best, at + 1, size - at - 1);
        best[at] = key;
      }
    }
    return ids(best, size);
  }

  /** Returns the ids without the least probable, whose weights add up to less than {@code tail}. */
  private static int[] likely(float[] logits, double[] weights, double tail) {
    // Sorting a whole vocabulary would cost more than a step.
    double least = tail / weights.length;
    long[] order = new long[weights.length];
    int count = 0;
    for (int id = 0; id < weights.length; id++) {
      if (weights[id] > 0 && weights[id] >= least) {
        order[count++] = key(logits[id], id);
      }
    }
    Arrays.sort(order, 0, count);
    return ids(order, count);
  }

  /** Returns a number that orders by logit, largest first, then by id. */
  private static long key(float logit, int id) {
    // Adding 0 makes -0 and 0 one; the exclusive or makes the bits of floats ascend as integers.
    int bits = Float.floatToIntBits(logit + 0f);
    int ascending = bits ^ ((bits >> 31) & Integer.MAX_VALUE);
    return (long) ~ascending << 32 | id;
  }

  private static int[] ids(long[] keys, int count) {
    int[] ids = new int[count];
    Arrays.setAll(ids, i -> (int) keys[i]);
    return ids;
  }

  private static double[] of(double[] weights, int[] ids) {
    double[] chosen = new double[ids.length];
    Arrays.setAll(chosen, i -> weights[ids[i]]);
    return chosen;
  }

  private static float[] of(float[] logits, int[] ids) {
    float[] chosen = new float[ids.length];
    for (int i = 0; i < ids.length; i++) {
      chosen[i] = logits[ids[i]];
    }
    return chosen;
  }

  private static double sum(double[] weights) {
    return Arrays.stream(weights).sum();
  }

  /** Returns how many of {@code weights}, largest first, reach {@code enough}. */
  private static int nucleus(double[] weights, double enough) {
    double sum = 0;
    for (int i = 0; i < weights.length; i++) {
      sum += weights[i];
      if (sum >= enough) {
        return i + 1;
      }
    }
    return weights.length;
  }

  /** Returns the index, of the first {@code count}, in whose share of the sum the number falls. */
  private static int choose(double[] weights, int count, double random) {
    double target = Arrays.stream(weights, 0, count).sum() * random;
    int last = 0;
    double sum = 0;
    for (int i = 0; i < count; i++) {
      if (weights[i] > 0) {
        last = i;
        sum += weights[i];
        if (sum > target) {
          return i;
        }
      }
    }
    return last;
  }
}
