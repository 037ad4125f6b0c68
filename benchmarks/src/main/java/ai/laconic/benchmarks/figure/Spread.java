package ai.laconic.benchmarks.figure;

import java.util.List;

/** The middle and the ends of what was measured. */
public record Spread(double median, double min, double max) {
  public Spread {
    if (!(min <= median && median <= max && Double.isFinite(min) && Double.isFinite(max))) {
      throw new IllegalArgumentException(
          "spread: " + min + ", " + median + ", " + max + " (expected: finite, in this order)");
    }
  }

  /** Returns the spread of at least one value. */
  public static Spread of(List<Double> values) {
    if (values.isEmpty()) {
      throw new IllegalArgumentException("values: none (expected: at least one)");
    }
    List<Double> sorted = values.stream().sorted().toList();
    int half = sorted.size() / 2;
    double median =
        sorted.size() % 2 == 1 ? sorted.get(half) : (sorted.get(half - 1) + sorted.get(half)) / 2;
    return new Spread(median, sorted.get(0), sorted.get(sorted.size() - 1));
  }
}
