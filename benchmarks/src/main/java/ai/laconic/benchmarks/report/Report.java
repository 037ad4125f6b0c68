package ai.laconic.benchmarks.report;

import ai.laconic.benchmarks.figure.Figure;
import java.util.List;
import java.util.Map;

/**
 * What one run of a suite found.
 *
 * @param schema of this record as JSON
 * @param time of the start, ISO 8601
 * @param seconds that it took
 * @param versions of everything that ran, by name
 * @param models fingerprints, by name
 * @param seed that chose the texts
 * @param rounds that each value was measured in
 * @param smoke whether it was only tried whether it works
 * @param leftOut what could not take part, and why
 * @param notes what a reader of the figures has to know
 */
public record Report(
    int schema,
    String suite,
    String time,
    double seconds,
    Machine machine,
    Map<String, String> versions,
    Map<String, String> models,
    long seed,
    int rounds,
    boolean smoke,
    List<Figure> figures,
    List<String> leftOut,
    List<String> notes) {
  /** What this version writes, and all that it reads. */
  public static final int SCHEMA = 1;

  public Report {
    figures = List.copyOf(figures);
    leftOut = List.copyOf(leftOut);
    notes = List.copyOf(notes);
    if (schema != SCHEMA) {
      throw new IllegalArgumentException("schema: " + schema + " (expected: " + SCHEMA + ")");
    }
  }
}
