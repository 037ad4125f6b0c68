package ai.laconic.benchmarks.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Keeps reports, one of each suite, as JSON and for people. */
public record ReportFolder(Path folder) {
  /** Returns the report of a suite that was measured before, the same way. */
  public Optional<Report> find(String suite) throws IOException {
    Path file = json(suite);
    return Files.exists(file) ? Optional.of(ReportText.read(file)) : Optional.empty();
  }

  /** Writes a report over the one before. */
  public void store(Report report) throws IOException {
    Files.createDirectories(folder);
    Files.writeString(folder.resolve(report.suite() + ".md"), ReportText.markdown(report));
    // Last: a report that is found is whole.
    Path whole = folder.resolve(report.suite() + ".json.part");
    Files.writeString(whole, ReportText.json(report));
    Files.move(whole, json(report.suite()), StandardCopyOption.REPLACE_EXISTING);
  }

  private Path json(String suite) {
    return folder.resolve(suite + ".json");
  }

  /** Draws the plots of a report into a folder and returns their names. */
  public static List<String> plot(Path folder, Report report, List<ChartPlan> plans)
      throws IOException {
    Files.createDirectories(folder);
    List<String> files = new ArrayList<>();
    for (ChartPlan plan : plans) {
      Optional<String> svg = SvgChart.draw(plan, report.figures());
      if (svg.isPresent()) {
        String name = plan.file() + ".svg";
        Files.writeString(folder.resolve(name), svg.get());
        files.add(name);
      }
    }
    return files;
  }
}
