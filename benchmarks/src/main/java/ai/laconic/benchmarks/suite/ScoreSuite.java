package ai.laconic.benchmarks.suite;

import static ai.laconic.benchmarks.served.Prompts.CONTINUE;
import static ai.laconic.benchmarks.served.Prompts.generate;
import static ai.laconic.benchmarks.served.Prompts.raw;
import static ai.laconic.benchmarks.served.Prompts.turn;

import ai.laconic.benchmarks.figure.Figure;
import ai.laconic.benchmarks.figure.Group;
import ai.laconic.benchmarks.figure.Measured;
import ai.laconic.benchmarks.figure.Turns;
import ai.laconic.benchmarks.figure.Unit;
import ai.laconic.benchmarks.served.Answer;
import ai.laconic.benchmarks.served.GatewayClient;
import ai.laconic.benchmarks.served.ServedSystem;
import ai.laconic.benchmarks.served.Stopwatch;
import ai.laconic.runtime.model.ModelDirectoryException;
import ai.laconic.v1.ScoreRequest;
import ai.laconic.v1.ScoreResponse;
import java.io.IOException;
import java.util.List;

/**
 * Tokens per second of an answer that is scored, against one of about that length that is written.
 */
final class ScoreSuite implements Suite {
  private static final int SLOTS = 8;
  private static final int POSITIONS = 2048;
  private static final int PROMPT_TOKENS = 96;
  private static final String GENERATED = "generated";
  private static final String SCORED = "scored";

  @Override
  public String name() {
    return "score";
  }

  @Override
  public String description() {
    return "tokens per second of an answer that is scored";
  }

  @Override
  public List<Figure> run(Workbench bench)
      throws IOException, InterruptedException, ModelDirectoryException {
    int tokens = 2 * bench.sizes().newTokens();
    int ratio = bench.first().ratio().value();
    Group group = Group.of(tokens, "tokens");
    Measured measured = new Measured();
    try (ServedSystem system = bench.serveFirst(SLOTS, POSITIONS);
        GatewayClient client = GatewayClient.open(system.gateway())) {
      bench.announce().accept("scoring " + tokens + " tokens");
      Turns turns = new Turns();
      turns.add(
          (round, to) -> {
            String prompt = bench.texts().text(PROMPT_TOKENS, 3L * round);
            Answer answer = client.ask(generate(ratio, turn(raw(prompt), CONTINUE), tokens));
            to.put(group, GENERATED, answer.usage().getGeneratedTokens() / answer.seconds());
          });
      turns.add(
          (round, to) -> {
            ScoreRequest request =
                ScoreRequest.newBuilder()
                    .setRatio(ratio)
                    .addTurns(
                        turn(raw(bench.texts().text(PROMPT_TOKENS, 3L * round + 1)), CONTINUE))
                    .setContinuation(bench.texts().text(tokens, 3L * round + 2))
                    .build();
            Stopwatch watch = new Stopwatch();
            ScoreResponse scored = client.score(request);
            to.put(group, SCORED, scored.getTokensCount() / watch.seconds());
          });
      turns.run(1, bench.rounds(), measured);
    }
    return List.of(
        measured.figure(group, GENERATED, Unit.TOKENS_PER_SECOND),
        measured.figure(group, SCORED, Unit.TOKENS_PER_SECOND, GENERATED));
  }
}
