package ai.laconic.benchmarks.suite;

import static ai.laconic.benchmarks.served.Prompts.CONTINUE;
import static ai.laconic.benchmarks.served.Prompts.generate;
import static ai.laconic.benchmarks.served.Prompts.range;
import static ai.laconic.benchmarks.served.Prompts.turn;

import ai.laconic.benchmarks.figure.Figure;
import ai.laconic.benchmarks.figure.Group;
import ai.laconic.benchmarks.figure.Measured;
import ai.laconic.benchmarks.figure.Recorder;
import ai.laconic.benchmarks.figure.Turns;
import ai.laconic.benchmarks.figure.Unit;
import ai.laconic.benchmarks.report.ChartPlan;
import ai.laconic.benchmarks.served.Compressed;
import ai.laconic.benchmarks.served.GatewayClient;
import ai.laconic.benchmarks.served.ServedSystem;
import ai.laconic.benchmarks.served.Stopwatch;
import ai.laconic.runtime.model.ModelDirectoryException;
import ai.laconic.v1.Context;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What a context costs while it grows, against the smallest one of the run. */
final class GrowthSuite implements Suite {
  private static final int SLOTS = 8;
  private static final int POSITIONS = 2048;
  private static final int SEGMENTS = 2;
  private static final String COMPRESS = "compress";

  private static final Map<String, Unit> UNITS = new LinkedHashMap<>();

  static {
    UNITS.put(COMPRESS, Unit.TOKENS_PER_SECOND);
    UNITS.put("manifest", Unit.BYTES_PER_TOKEN);
    UNITS.put("describe", Unit.MILLISECONDS);
    UNITS.put("first token over " + SEGMENTS + " segments", Unit.SECONDS);
  }

  @Override
  public String name() {
    return "growth";
  }

  @Override
  public String description() {
    return "what a context costs while it grows";
  }

  @Override
  public List<ChartPlan> charts() {
    return List.of(
        new ChartPlan(
            "growth",
            "Compressing",
            Unit.TOKENS_PER_SECOND,
            "tokens of the context",
            COMPRESS::equals));
  }

  @Override
  public List<Figure> run(Workbench bench)
      throws IOException, InterruptedException, ModelDirectoryException {
    List<Integer> sizes = bench.sizes().contextTokens();
    Measured measured = new Measured();
    try (ServedSystem system = bench.serveFirst(SLOTS, POSITIONS);
        GatewayClient client = GatewayClient.open(system.gateway())) {
      new Turns().add((round, to) -> grow(client, bench, sizes.get(0), -1, to)).run(1, 0, measured);
      Turns turns = new Turns();
      for (int tokens : sizes) {
        turns.add(
            (round, to) -> {
              bench.announce().accept("a context of " + tokens + " tokens");
              grow(client, bench, tokens, round, to);
            });
      }
      turns.run(0, bench.rounds(), measured);
    }
    Group smallest = Group.of(sizes.get(0), "tokens");
    List<Figure> figures = new ArrayList<>();
    for (int tokens : sizes) {
      UNITS.forEach(
          (name, unit) ->
              figures.add(
                  measured.figureAgainst(smallest, Group.of(tokens, "tokens"), name, unit)));
    }
    return figures;
  }

  private static void grow(
      GatewayClient client, Workbench bench, int tokens, int round, Recorder to) {
    int ratio = bench.first().ratio().value();
    Group group = Group.of(tokens, "tokens");
    String text = bench.texts().text(tokens, 1000L * tokens + round);
    Compressed made = client.compress(ratio, text).allEncoded();
    Stopwatch watch = new Stopwatch();
    Context context = client.describe(made.context());
    double described = watch.seconds();
    int first = context.getSegmentCount() / 2;
    int end = Math.min(first + SEGMENTS, context.getSegmentCount());
    double asked =
        client.ask(generate(ratio, turn(range(context, first, end), CONTINUE), 1)).firstToken();
    List<Double> values =
        List.of(
            context.getTokens() / made.seconds(),
            (double) context.getSerializedSize() / context.getTokens(),
            1000 * described,
            asked);
    int next = 0;
    for (String name : UNITS.keySet()) {
      to.put(group, name, values.get(next++));
    }
  }
}
