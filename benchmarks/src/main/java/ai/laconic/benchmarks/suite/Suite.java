package ai.laconic.benchmarks.suite;

import ai.laconic.benchmarks.figure.Figure;
import ai.laconic.benchmarks.report.ChartPlan;
import ai.laconic.runtime.model.ModelDirectoryException;
import ai.laconic.runtime.tokenizer.TokenizerException;
import java.io.IOException;
import java.util.List;

/** One question that benchmarks answer. */
public interface Suite {
  /** Returns its name on the command line. */
  String name();

  /** Returns what it measures, in a few words. */
  String description();

  /** Measures. */
  List<Figure> run(Workbench bench)
      throws IOException, InterruptedException, ModelDirectoryException, TokenizerException;

  /** Returns the plots of its figures. */
  default List<ChartPlan> charts() {
    return List.of();
  }
}
