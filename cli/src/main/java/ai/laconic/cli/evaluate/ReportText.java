package ai.laconic.cli.evaluate;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import tools.jackson.databind.json.JsonMapper;

/** A report for people and for machines. */
public final class ReportText {
  private static final List<String> HEADINGS =
      List.of("Measure", "Case", "Tokens", "Samples", "Result");

  private ReportText() {}

  /** Returns the table's rows, the headings first. */
  public static List<List<String>> table(Report report) {
    List<List<String>> rows = new ArrayList<>(List.of(HEADINGS));
    for (Row row : report.rows()) {
      rows.add(
          List.of(
              row.measure(),
              row.variant(),
              String.format(Locale.ROOT, "%,d", row.tokens()),
              String.valueOf(row.samples()),
              row.shown()));
    }
    return rows;
  }

  /** Returns one sentence on what was measured and how. */
  public static String summary(Report report) {
    return String.format(
        Locale.ROOT,
        "%s at %dx (%s), on %s (%,d tokens), seed %d%s: %.0f s",
        report.model(),
        report.ratio(),
        report.fingerprint().substring(0, Math.min(12, report.fingerprint().length())),
        report.text(),
        report.textTokens(),
        report.seed(),
        report.quick() ? ", quick" : "",
        report.seconds());
  }

  /** Returns the table in Markdown. */
  public static String markdown(Report report) {
    StringBuilder text = new StringBuilder(summary(report)).append(".\n\n");
    List<List<String>> rows = table(report);
    line(text, rows.get(0));
    line(text, List.of("---", "---", "---:", "---:", "---"));
    rows.stream().skip(1).forEach(row -> line(text, row));
    if (!report.skipped().isEmpty()) {
      text.append("\nLeft out, because the decoder's window is too short:\n");
      report.skipped().forEach(skipped -> text.append("- ").append(skipped).append('\n'));
    }
    return text.toString();
  }

  private static void line(StringBuilder text, List<String> cells) {
    text.append("| ").append(String.join(" | ", cells)).append(" |\n");
  }

  /** Returns the whole report as one JSON object. */
  public static String json(Report report) {
    return JsonMapper.builder().build().writerWithDefaultPrettyPrinter().writeValueAsString(report)
        + "\n";
  }
}
