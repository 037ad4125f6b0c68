package ai.laconic.benchmarks.report;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;

/**
 * A logarithmic axis.
 *
 * @param low value at its start, above 0
 * @param high value at its end
 * @param from place of its start
 * @param to place of its end
 */
record Axis(double low, double high, double from, double to) {
  private static final double[] STEPS = {1, 2, 5};

  /** Returns an axis that holds all values, with a little room at both ends. */
  static Axis around(Collection<Double> values, double from, double to) {
    return new Axis(Collections.min(values) / 1.2, Collections.max(values) * 1.2, from, to);
  }

  double place(double value) {
    return from + (to - from) * Math.log(value / low) / Math.log(high / low);
  }

  /** Returns round values on it: with steps of 1, 2 and 5, or of 1 alone where it is long. */
  List<Double> ticks() {
    List<Double> ticks = new ArrayList<>();
    boolean isLong = high / low > 1000;
    for (int power = (int) Math.floor(Math.log10(low)); power <= Math.log10(high); power++) {
      for (double step : STEPS) {
        double value = step * Math.pow(10, power);
        if (value >= low && value <= high && (step == 1 || !isLong)) {
          ticks.add(value);
        }
      }
    }
    return ticks;
  }
}
