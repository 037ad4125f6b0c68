package ai.laconic.it.load;

import java.io.PrintStream;
import java.util.Collections;
import java.util.List;

/** Tallies as rows for people. */
final class Report {
  private static final String ROW = "%-8s %-7s %9s %6s %8s %8s %6s %6s %9s %9s %9s %9s%n";

  private Report() {}

  static void header(PrintStream out) {
    out.printf(
        ROW,
        "phase",
        "tenant",
        "offered/s",
        "sent",
        "in time",
        "refused",
        "late",
        "failed",
        "begun 50",
        "p50 ms",
        "p95 ms",
        "p99 ms");
  }

  static void row(PrintStream out, String phase, String tenant, double perSecond, Tally tally) {
    out.printf(
        ROW,
        phase,
        tenant,
        String.format("%.1f", perSecond),
        tally.sent(),
        tally.inTime(),
        tally.refused(),
        tally.late(),
        tally.sent() - tally.inTime() - tally.refused() - tally.late(),
        String.format("%.0f", tally.begunMillis(50)),
        String.format("%.0f", tally.millis(50)),
        String.format("%.0f", tally.millis(95)),
        String.format("%.0f", tally.millis(99)));
    tally.failures().forEach((what, times) -> out.printf("         %d x %s%n", times, what));
  }

  static void ratios(PrintStream out, Tally alone, Tally flooded) {
    out.printf("%nflooded / alone:");
    for (double percentile : new double[] {50, 95, 99}) {
      out.printf("  p%.0f %.2f", percentile, flooded.millis(percentile) / alone.millis(percentile));
    }
    out.printf("  (aim: p95 at most 2, none refused: %d)%n", flooded.refused());
  }

  static void goodput(PrintStream out, List<Double> perSecond) {
    double peak = Collections.max(perSecond);
    out.print("goodput at 1x, 2x, 4x:");
    perSecond.forEach(each -> out.printf("  %.1f/s (%.0f %%)", each, 100 * each / peak));
    out.println("  (aim: 95 percent of the peak)");
  }
}
