package ai.laconic.benchmarks.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A page of the documentation, with a place between two comments for the figures of each suite. */
public final class DocsPage {
  private DocsPage() {}

  /**
   * Puts a report in its place.
   *
   * @param plots links to its plots
   * @throws IOException the page has no place for it
   */
  public static void write(Path page, Report report, List<String> plots) throws IOException {
    Files.writeString(page, replaced(Files.readString(page), page, report, plots));
  }

  private static String replaced(String text, Path page, Report report, List<String> plots)
      throws IOException {
    String begin = "<!-- figures of " + report.suite() + " -->\n";
    String end = "<!-- end of " + report.suite() + " -->\n";
    int start = text.indexOf(begin);
    int stop = text.indexOf(end);
    if (start < 0 || stop < start) {
      throw new IOException(
          page + ": no place for " + report.suite() + " (expected: " + begin.strip() + ")");
    }
    StringBuilder figures = new StringBuilder("\n").append(ReportText.markdown(report));
    for (String plot : plots) {
      figures.append("\n![").append(report.suite()).append("](").append(plot).append(")\n");
    }
    return text.substring(0, start + begin.length()) + figures + "\n" + text.substring(stop);
  }
}
