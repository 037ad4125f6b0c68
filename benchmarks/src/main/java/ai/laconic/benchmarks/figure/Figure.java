package ai.laconic.benchmarks.figure;

import java.util.List;

/**
 * One thing that was measured.
 *
 * @param group what it is compared in
 * @param name of the contender, unique in its group
 * @param values one for each round, in order
 * @param spread of the values
 * @param ratios to baselines of the same run
 */
public record Figure(
    Group group, String name, Unit unit, List<Double> values, Spread spread, List<Ratio> ratios) {
  public Figure {
    values = List.copyOf(values);
    ratios = List.copyOf(ratios);
  }
}
