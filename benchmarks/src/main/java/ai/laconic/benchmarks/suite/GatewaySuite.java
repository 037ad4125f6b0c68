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
import ai.laconic.benchmarks.served.EncoderClient;
import ai.laconic.benchmarks.served.GatewayClient;
import ai.laconic.benchmarks.served.ServedSystem;
import ai.laconic.runtime.model.ModelDirectoryException;
import ai.laconic.v1.Context;
import ai.laconic.v1.DecodeRequest;
import ai.laconic.v1.GenerateRequest;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntToDoubleFunction;

/**
 * How long an answer takes through the gateway, against the decoder asked for the same answer
 * directly; and a context, against the encoder asked for a span of that length. The two take turns
 * call by call, and a round's value is the median of its calls.
 */
final class GatewaySuite implements Suite {
  private static final int SLOTS = 8;
  private static final int POSITIONS = 2048;
  private static final int CONTEXT_TOKENS = 600;
  private static final List<Integer> ANSWER_TOKENS = List.of(1, 16, 64);
  private static final String DECODER = "decoder alone";
  private static final String ENCODER = "encoder alone";
  private static final String THROUGH = "through the gateway";

  @Override
  public String name() {
    return "gateway";
  }

  @Override
  public String description() {
    return "the gateway's share of the time of a call";
  }

  @Override
  public List<Figure> run(Workbench bench)
      throws IOException, InterruptedException, ModelDirectoryException {
    List<Figure> figures = new ArrayList<>();
    try (ServedSystem system = bench.serveFirst(SLOTS, POSITIONS);
        GatewayClient client = GatewayClient.open(system.gateway())) {
      figures.addAll(answers(bench, system, client));
      figures.addAll(contexts(bench, system, client));
    }
    return figures;
  }

  private static List<Figure> answers(Workbench bench, ServedSystem system, GatewayClient client)
      throws IOException, InterruptedException {
    int ratio = bench.first().ratio().value();
    List<Figure> figures = new ArrayList<>();
    try (DecoderClient decoder = DecoderClient.open(system.decoder(bench.first().name()))) {
      String text = bench.texts().text(CONTEXT_TOKENS, 0);
      Context context = client.describe(client.compress(ratio, text).context());
      for (int tokens : ANSWER_TOKENS) {
        bench.announce().accept("answers of " + tokens + " tokens");
        GenerateRequest asked = generate(ratio, turn(whole(context), CONTINUE), tokens);
        DecodeRequest meant = DecoderClient.of(asked, context);
        figures.addAll(
            compare(
                bench,
                new Group("answers, tokens: " + tokens, tokens),
                DECODER,
                call -> decoder.decode(meant),
                call -> client.ask(asked).seconds()));
      }
    }
    return figures;
  }

  private static List<Figure> contexts(Workbench bench, ServedSystem system, GatewayClient client)
      throws IOException, InterruptedException {
    int ratio = bench.first().ratio().value();
    bench.announce().accept("contexts of " + CONTEXT_TOKENS + " tokens");
    try (EncoderClient encoder = EncoderClient.open(system.encoder(bench.first().name()))) {
      return compare(
          bench,
          new Group("contexts, tokens: " + CONTEXT_TOKENS, CONTEXT_TOKENS),
          ENCODER,
          call -> encoder.encode(bench.texts().text(CONTEXT_TOKENS, 2L * call + 1)),
          call ->
              client
                  .compress(ratio, bench.texts().text(CONTEXT_TOKENS, 2L * call + 2))
                  .allEncoded()
                  .seconds());
    }
  }

  /**
   * Lets two ways of a call take turns.
   *
   * @param direct returns the seconds of a call, which has a number of its own
   * @param through the same, through the gateway
   */
  private static List<Figure> compare(
      Workbench bench,
      Group group,
      String alone,
      IntToDoubleFunction direct,
      IntToDoubleFunction through)
      throws IOException, InterruptedException {
    int calls = bench.sizes().calls();
    Measured measured = new Measured();
    new Turns()
        .add(
            (round, to) -> {
              List<Double> without = new ArrayList<>();
              List<Double> with = new ArrayList<>();
              for (int call = round * calls; call < (round + 1) * calls; call++) {
                without.add(1000 * direct.applyAsDouble(call));
                with.add(1000 * through.applyAsDouble(call));
              }
              to.put(group, alone, Spread.of(without).median());
              to.put(group, THROUGH, Spread.of(with).median());
            })
        .run(1, bench.rounds(), measured);
    return List.of(
        measured.figure(group, alone, Unit.MILLISECONDS),
        measured.figure(group, THROUGH, Unit.MILLISECONDS, alone));
  }
}
