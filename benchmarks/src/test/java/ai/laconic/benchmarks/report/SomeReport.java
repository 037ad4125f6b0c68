package ai.laconic.benchmarks.report;

import ai.laconic.benchmarks.figure.Figure;
import ai.laconic.benchmarks.figure.Group;
import ai.laconic.benchmarks.figure.Measured;
import ai.laconic.benchmarks.figure.Unit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A report as a run might have found it. */
final class SomeReport {
  private SomeReport() {}

  static Report report() {
    Measured measured = new Measured();
    List<Figure> figures = new ArrayList<>();
    for (int tokens : new int[] {1000, 30000}) {
      Group group = Group.of(tokens, "tokens");
      for (int round = 0; round < 3; round++) {
        measured.put(group, "raw", (16 + round) * tokens / 30000.0);
        measured.put(group, "16x, cold & new", 2.5 * tokens / 30000.0);
      }
      figures.add(measured.figure(group, "raw", Unit.SECONDS));
      figures.add(measured.figure(group, "16x, cold & new", Unit.SECONDS, "raw"));
    }
    return new Report(
        Report.SCHEMA,
        "ttft",
        "2026-01-02T03:04:05Z",
        61.5,
        new Machine("A Processor", "Linux amd64", 2, 16L << 30, 0.25),
        Map.of("laconic", "0.1.0"),
        Map.of("nano-16x", "ab".repeat(32)),
        7,
        3,
        false,
        figures,
        List.of("vllm: python3: no such program"),
        List.of("A note."));
  }
}
