package ai.laconic.benchmarks.suite;

import static ai.laconic.benchmarks.served.Prompts.CONTINUE;
import static ai.laconic.benchmarks.served.Prompts.generate;
import static ai.laconic.benchmarks.served.Prompts.turn;
import static ai.laconic.benchmarks.served.Prompts.whole;

import ai.laconic.benchmarks.figure.Figure;
import ai.laconic.benchmarks.figure.Group;
import ai.laconic.benchmarks.figure.Measured;
import ai.laconic.benchmarks.figure.Spread;
import ai.laconic.benchmarks.figure.Turns;
import ai.laconic.benchmarks.figure.Unit;
import ai.laconic.benchmarks.served.DecoderClient;
import ai.laconic.benchmarks.served.GatewayClient;
import ai.laconic.benchmarks.served.ServedSystem;
import ai.laconic.runtime.model.ModelDirectoryException;
import ai.laconic.v1.Context;
import ai.laconic.v1.DecodeRequest;
import ai.laconic.v1.GenerateRequest;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * How long an answer takes through the gateway, against the decoder asked for the same answer
 * directly. The two take turns call by call, and a round's value is the median of its calls.
 */
final class GatewaySuite implements Suite {
  private static final int SLOTS = 4;
  private static final int POSITIONS = 2048;
  private static final int CONTEXT_TOKENS = 600;
  private static final String DIRECT = "decoder alone";
  private static final String THROUGH = "through the gateway";

  @Override
  public String name() {
    return "gateway";
  }

  @Override
  public String description() {
    return "the gateway's share of an answer's time";
  }

  @Override
  public List<Figure> run(Workbench bench)
      throws IOException, InterruptedException, ModelDirectoryException {
    int ratio = bench.first().ratio().value();
    int calls = bench.sizes().calls();
    List<Figure> figures = new ArrayList<>();
    try (ServedSystem system = bench.serveFirst(SLOTS, POSITIONS);
        GatewayClient client = GatewayClient.open(system.gateway());
        DecoderClient decoder = DecoderClient.open(system.decoder(bench.first().name()))) {
      Context context =
          client.describe(client.compress(ratio, bench.texts().text(CONTEXT_TOKENS, 0)).context());
      for (int tokens : List.of(1, 16, 64)) {
        bench.announce().accept("answers of " + tokens + " tokens");
        Group group = Group.of(tokens, "tokens");
        GenerateRequest asked = generate(ratio, turn(whole(context), CONTINUE), tokens);
        DecodeRequest meant = DecoderClient.of(asked, context);
        Measured measured = new Measured();
        new Turns()
            .add(
                (round, to) -> {
                  List<Double> direct = new ArrayList<>();
                  List<Double> through = new ArrayList<>();
                  for (int call = 0; call < calls; call++) {
                    direct.add(1000 * decoder.decode(meant));
                    through.add(1000 * client.ask(asked).seconds());
                  }
                  to.put(group, DIRECT, Spread.of(direct).median());
                  to.put(group, THROUGH, Spread.of(through).median());
                })
            .run(1, bench.rounds(), measured);
        figures.add(measured.figure(group, DIRECT, Unit.MILLISECONDS));
        figures.add(measured.figure(group, THROUGH, Unit.MILLISECONDS, DIRECT));
      }
    }
    return figures;
  }
}
