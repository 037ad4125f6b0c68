package ai.laconic.benchmarks.suite;

import static ai.laconic.benchmarks.served.Prompts.CONTINUE;
import static ai.laconic.benchmarks.served.Prompts.generate;
import static ai.laconic.benchmarks.served.Prompts.raw;
import static ai.laconic.benchmarks.served.Prompts.turn;

import ai.laconic.benchmarks.bare.BareDecoder;
import ai.laconic.benchmarks.figure.Figure;
import ai.laconic.benchmarks.figure.Group;
import ai.laconic.benchmarks.figure.Measured;
import ai.laconic.benchmarks.figure.Turns;
import ai.laconic.benchmarks.figure.Unit;
import ai.laconic.benchmarks.peer.Peer;
import ai.laconic.benchmarks.peer.PeerSet;
import ai.laconic.benchmarks.peer.PeerTask;
import ai.laconic.benchmarks.report.ChartPlan;
import ai.laconic.benchmarks.served.Answer;
import ai.laconic.benchmarks.served.GatewayClient;
import ai.laconic.benchmarks.served.ServedSystem;
import ai.laconic.benchmarks.served.Stopwatch;
import ai.laconic.runtime.model.ModelDirectoryException;
import ai.laconic.runtime.tokenizer.TokenizerException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Tokens per second of answers that are generated at once, reading their short prompts included.
 * The bare loop takes as many rows as it has slots; more streams than that it takes in batches.
 */
final class DecodeSuite implements Suite {
  private static final int SLOTS = 16;
  private static final int POSITIONS = 2048;
  private static final int PROMPT_TOKENS = 96;
  private static final String GATEWAY = "gateway";
  private static final String BARE = "bare loop";

  @Override
  public String name() {
    return "decode";
  }

  @Override
  public String description() {
    return "tokens per second of answers generated at once";
  }

  @Override
  public List<ChartPlan> charts() {
    return List.of(
        new ChartPlan("decode", "Decoding", Unit.TOKENS_PER_SECOND, "streams", name -> true));
  }

  @Override
  public List<Figure> run(Workbench bench)
      throws IOException, InterruptedException, ModelDirectoryException, TokenizerException {
    int newTokens = bench.sizes().newTokens();
    int ratio = bench.first().ratio().value();
    Measured measured = new Measured();
    List<String> names = new ArrayList<>(List.of(BARE));
    try (ServedSystem system = bench.serveFirst(SLOTS, POSITIONS);
        GatewayClient client = GatewayClient.open(system.gateway());
        RawPrompts prompts = RawPrompts.of(bench.first());
        BareDecoder bare = BareDecoder.open(bench.first(), SLOTS, bench.atMost(POSITIONS));
        PeerSet peers =
            bench
                .peers()
                .open(new PeerTask(false, bench.first(), SLOTS, bench.atMost(POSITIONS)))) {
      for (int streams : bench.sizes().streams()) {
        bench.announce().accept("decoding " + streams + " streams");
        Group group = Group.of(streams, "streams");
        Turns turns = new Turns();
        turns.add(
            (round, to) -> {
              List<int[]> ids = ids(bench, prompts, streams, round);
              Stopwatch watch = new Stopwatch();
              for (int start = 0; start < streams; start += SLOTS) {
                bare.generate(ids.subList(start, Math.min(start + SLOTS, streams)), newTokens);
              }
              to.put(group, BARE, streams * newTokens / watch.seconds());
            });
        turns.add(
            (round, to) -> {
              List<String> texts = texts(bench, streams, round);
              Stopwatch watch = new Stopwatch();
              List<Answer> answers =
                  client.askAll(
                      texts.stream()
                          .map(text -> generate(ratio, turn(raw(text), CONTINUE), newTokens))
                          .toList());
              double seconds = watch.seconds();
              int generated =
                  answers.stream().mapToInt(answer -> answer.usage().getGeneratedTokens()).sum();
              if (generated < streams * newTokens) {
                bench
                    .notes()
                    .accept("Some answers of " + group.label() + " ended before their last token.");
              }
              to.put(group, GATEWAY, generated / seconds);
            });
        for (Peer peer : peers) {
          turns.add(
              (round, to) ->
                  to.put(
                      group,
                      peer.name(),
                      peer.generate(ids(bench, prompts, streams, round), newTokens)
                          .tokensPerSecond()));
        }
        turns.run(1, bench.rounds(), measured);
      }
      peers.forEach(peer -> names.add(peer.name()));
    }
    List<Figure> figures = new ArrayList<>();
    for (int streams : bench.sizes().streams()) {
      Group group = Group.of(streams, "streams");
      names.forEach(name -> figures.add(measured.figure(group, name, Unit.TOKENS_PER_SECOND)));
      figures.add(
          measured.figure(group, GATEWAY, Unit.TOKENS_PER_SECOND, names.toArray(String[]::new)));
    }
    return figures;
  }

  private static List<String> texts(Workbench bench, int streams, int round) {
    return IntStream.range(0, streams)
        .mapToObj(
            stream ->
                bench.texts().text(PROMPT_TOKENS, 100_000L * streams + 1000L * round + stream))
        .toList();
  }

  private static List<int[]> ids(Workbench bench, RawPrompts prompts, int streams, int round) {
    return texts(bench, streams, round).stream().map(text -> prompts.ids(text, CONTINUE)).toList();
  }
}
