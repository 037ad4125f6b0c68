package ai.laconic.cli.evaluate;

import java.util.List;

/** One thing that is measured. */
interface Measure {
  /** Decoder positions for markers, roles, wordings and a short answer. */
  int FRAME = 256;

  /** Returns the name that {@code --only} and reports use. */
  String name();

  /** Returns what is measured one after the other, in the order of the report. */
  List<Case> cases(Plan plan);

  /**
   * A line or a few of the report.
   *
   * @param label for people: what is measured, how long, how often
   * @param positions that the decoder must have
   * @param run asks and judges
   */
  record Case(String label, Positions positions, Run run) {}

  /** How many decoder positions a case takes at most. */
  @FunctionalInterface
  interface Positions {
    int at(int ratio);
  }

  /** Asks everything of one case. */
  @FunctionalInterface
  interface Run {
    List<Row> on(Bench bench) throws InterruptedException;
  }

  /** Returns the positions that a compressed text takes. */
  static int latents(int tokens, int ratio) {
    return (tokens + ratio - 1) / ratio;
  }
}
