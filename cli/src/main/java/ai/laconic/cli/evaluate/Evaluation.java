package ai.laconic.cli.evaluate;

import ai.laconic.cli.client.Connection;
import ai.laconic.runtime.tokenizer.TextTokenizer;
import ai.laconic.v1.Pool;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;

/**
 * What is asked of a model.
 *
 * @param quick whether it is the short plan
 * @param factor times the plan's samples
 * @param seed chooses texts, needles and places
 */
public record Evaluation(List<String> only, boolean quick, double factor, long seed) {
  private static final List<Measure> MEASURES =
      List.of(
          new ReconstructionMeasure(),
          new NeedleMeasure(),
          new ContinuationMeasure(),
          new QuoteMeasure(),
          new ExpandMeasure());

  /**
   * @param only names of measures; all if empty
   * @throws IllegalArgumentException a name is unknown, or the factor isn't above 0
   */
  public Evaluation {
    only = List.copyOf(only);
    List<String> known = MEASURES.stream().map(Measure::name).toList();
    for (String name : only) {
      if (!known.contains(name)) {
        throw new IllegalArgumentException("--only: " + name + " (expected: of " + known + ")");
      }
    }
    if (!(factor > 0 && factor <= 1000)) {
      throw new IllegalArgumentException(
          "--samples: " + factor + " (expected: above 0, at most 1000)");
    }
  }

  private record NamedCase(String measure, Measure.Case what) {}

  private List<NamedCase> cases() {
    Plan plan = (quick ? Plan.quick() : Plan.full()).times(factor);
    return MEASURES.stream()
        .filter(measure -> only.isEmpty() || only.contains(measure.name()))
        .flatMap(
            measure ->
                measure.cases(plan).stream().map(each -> new NamedCase(measure.name(), each)))
        .toList();
  }

  /** Returns the decoder positions that the longest prompt and its answer take. */
  public int positions(int ratio) {
    return cases().stream().mapToInt(each -> each.what().positions().at(ratio)).max().orElse(1);
  }

  /**
   * Asks and judges.
   *
   * @param connection to a gateway that serves {@code pool}
   * @param slots requests at once
   * @param tokenizer of the model's encoder
   * @param name of the text, for people
   * @param announce told before each case
   */
  public Report run(
      Connection connection,
      Pool pool,
      int slots,
      TextTokenizer tokenizer,
      String name,
      String text,
      Consumer<String> announce)
      throws InterruptedException {
    long start = System.nanoTime();
    SourceText source = new SourceText(text, tokenizer);
    ExecutorService requests = Executors.newFixedThreadPool(slots, Evaluation::daemon);
    try {
      Served served = new GatewayCalls(connection, pool.getRatio());
      Bench bench = new Bench(served, source, pool.getRatio(), seed, requests);
      List<Row> rows = new ArrayList<>();
      List<String> skipped = new ArrayList<>();
      for (NamedCase each : cases()) {
        String label = each.measure() + " " + each.what().label();
        int positions = each.what().positions().at(pool.getRatio());
        if (positions > pool.getMaxPositions()) {
          skipped.add(label + ": " + positions + " positions of " + pool.getMaxPositions());
          continue;
        }
        announce.accept(label);
        rows.addAll(each.what().run().on(bench));
      }
      return new Report(
          pool.getModel().getName(),
          pool.getModel().getFingerprint(),
          pool.getRatio(),
          name,
          source.tokens(),
          quick,
          factor,
          seed,
          Math.round((System.nanoTime() - start) / 1e8) / 10.0,
          rows,
          skipped);
    } finally {
      requests.shutdownNow();
    }
  }

  private static Thread daemon(Runnable task) {
    Thread thread = new Thread(task, "evaluation");
    thread.setDaemon(true);
    return thread;
  }
}
