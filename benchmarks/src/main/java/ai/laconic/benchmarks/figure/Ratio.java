package ai.laconic.benchmarks.figure;

import java.util.List;
import java.util.stream.IntStream;

/**
 * How a figure compares with another one of the same run.
 *
 * @param against name of the other figure, with its group if that is another
 * @param spread of the rounds' ratios: how many times as good, so that above 1 is better
 */
public record Ratio(String against, Spread spread) {
  /** Pairs the two by round: both met the same machine there. */
  static Ratio of(Unit unit, List<Double> values, String against, List<Double> baseline) {
    if (values.size() != baseline.size()) {
      throw new IllegalArgumentException(
          against + ": " + baseline.size() + " values (expected: " + values.size() + ")");
    }
    List<Double> ratios =
        IntStream.range(0, values.size())
            .mapToObj(round -> unit.ratio(values.get(round), baseline.get(round)))
            .toList();
    return new Ratio(against, Spread.of(ratios));
  }
}
