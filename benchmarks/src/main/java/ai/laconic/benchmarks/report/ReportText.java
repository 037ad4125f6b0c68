package ai.laconic.benchmarks.report;

import ai.laconic.benchmarks.figure.Figure;
import ai.laconic.benchmarks.figure.Ratio;
import ai.laconic.benchmarks.figure.Spread;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/** A report for people and for machines. */
public final class ReportText {
  private static final JsonMapper JSON = JsonMapper.shared();

  private ReportText() {}

  /** Returns one object. */
  public static String json(Report report) {
    return JSON.writerWithDefaultPrettyPrinter().writeValueAsString(report) + "\n";
  }

  /** Reads what {@link #json} wrote. */
  public static Report read(Path file) throws IOException {
    try {
      return JSON.readValue(Files.readString(file), Report.class);
    } catch (JacksonException e) {
      throw new IOException(file + ": " + e.getOriginalMessage() + " (expected: a report)", e);
    }
  }

  /** Returns the table's rows, the headings first: a column for each baseline. */
  public static List<List<String>> table(Report report) {
    // In the order in which the baselines have rows themselves.
    List<String> names = report.figures().stream().map(Figure::name).toList();
    List<String> baselines =
        report.figures().stream()
            .flatMap(figure -> figure.ratios().stream())
            .map(Ratio::against)
            .distinct()
            .sorted(Comparator.comparingInt(names::indexOf))
            .toList();
    List<String> headings = new ArrayList<>(List.of("Of", "What", "Median", "Min - max", "Unit"));
    baselines.forEach(baseline -> headings.add("times " + baseline));
    List<List<String>> rows = new ArrayList<>(List.of(headings));
    for (Figure figure : report.figures()) {
      List<String> row = new ArrayList<>();
      row.add(figure.group().label());
      row.add(figure.name());
      row.add(number(figure.spread().median()));
      row.add(ends(figure.spread()));
      row.add(figure.unit().toString());
      for (String baseline : baselines) {
        row.add(
            figure.ratios().stream()
                .filter(ratio -> ratio.against().equals(baseline))
                .map(ratio -> ratio(ratio.spread()))
                .collect(Collectors.joining()));
      }
      rows.add(row);
    }
    return rows;
  }

  private static String ratio(Spread spread) {
    String ends = ends(spread);
    return number(spread.median()) + (ends.isEmpty() ? "" : " (" + ends + ")");
  }

  /** Returns nothing of a single value: it has no spread. */
  private static String ends(Spread spread) {
    return spread.min() == spread.max() ? "" : number(spread.min()) + " - " + number(spread.max());
  }

  /** Returns a number with about three digits that count. */
  static String number(double value) {
    double size = Math.abs(value);
    if (size == Math.rint(size) && size < 1e15 || size >= 100) {
      return String.format(Locale.ROOT, "%,.0f", value);
    }
    int digits = size >= 10 ? 1 : size >= 1 ? 2 : size >= 0.1 ? 3 : 4;
    return String.format(Locale.ROOT, "%." + digits + "f", value);
  }

  /** Returns one sentence on where and how it was measured. */
  public static String summary(Report report) {
    return String.format(
        Locale.ROOT,
        "%s: %s, %d cores, %.0f GiB, load %.2f; %s; seed %d, %d rounds%s; %s, %.0f s",
        report.suite(),
        report.machine().processor(),
        report.machine().cores(),
        report.machine().memoryBytes() / (double) (1 << 30),
        report.machine().load(),
        named(report.versions()),
        report.seed(),
        report.rounds(),
        report.smoke() ? ", a smoke run" : "",
        report.time(),
        report.seconds());
  }

  private static String named(Map<String, String> versions) {
    return new TreeMap<>(versions)
        .entrySet().stream()
            .map(version -> version.getKey() + " " + version.getValue())
            .collect(Collectors.joining(", "));
  }

  /** Returns sentences that a reader of the table has to know. */
  public static List<String> remarks(Report report) {
    List<String> remarks = new ArrayList<>(report.notes());
    report.leftOut().forEach(sentence -> remarks.add("Left out: " + sentence));
    return remarks;
  }

  /** Returns summary, table and remarks in Markdown. */
  public static String markdown(Report report) {
    StringBuilder text = new StringBuilder(summary(report)).append(".\n\n");
    List<List<String>> rows = table(report);
    line(text, rows.get(0));
    List<String> rule = new ArrayList<>(List.of("---", "---"));
    rows.get(0).stream().skip(2).forEach(column -> rule.add("---:"));
    line(text, rule);
    rows.stream().skip(1).forEach(row -> line(text, row));
    for (String remark : remarks(report)) {
      text.append("\n- ").append(remark);
    }
    return text.toString().stripTrailing() + "\n";
  }

  private static void line(StringBuilder text, List<String> cells) {
    text.append("| ").append(String.join(" | ", cells)).append(" |\n");
  }
}
