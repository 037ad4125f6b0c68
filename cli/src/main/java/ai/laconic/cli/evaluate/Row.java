package ai.laconic.cli.evaluate;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * What one case measured.
 *
 * @param measure its name
 * @param variant of the measure; may be empty
 * @param tokens of the context
 * @param samples that the values are means of: a share of 12 is coarse
 * @param values by name: shares from 0 to 1, losses in nats, counts
 */
public record Row(
    String measure, String variant, int tokens, int samples, Map<String, Double> values) {
  public Row {
    values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
  }

  static Row of(String measure, String variant, int tokens, int samples) {
    return new Row(measure, variant, tokens, samples, Map.of());
  }

  /** Returns this row with one value more, rounded to four places. */
  Row with(String name, double value) {
    Map<String, Double> all = new LinkedHashMap<>(values);
    all.put(name, Math.round(value * 10_000) / 10_000.0);
    return new Row(measure, variant, tokens, samples, all);
  }

  /** Returns the values for a person. */
  String shown() {
    return values.entrySet().stream()
        .map(value -> value.getKey() + " " + shown(value.getValue()))
        .collect(Collectors.joining(", "));
  }

  private static String shown(double value) {
    return String.format(Locale.ROOT, value >= 100 ? "%,.0f" : "%.3f", value);
  }
}
