package ai.laconic.benchmarks.suite;

import ai.laconic.benchmarks.bare.BareEncoder;
import ai.laconic.benchmarks.figure.Figure;
import ai.laconic.benchmarks.figure.Group;
import ai.laconic.benchmarks.figure.Measured;
import ai.laconic.benchmarks.figure.Turns;
import ai.laconic.benchmarks.figure.Unit;
import ai.laconic.benchmarks.peer.Peer;
import ai.laconic.benchmarks.peer.PeerSet;
import ai.laconic.benchmarks.peer.PeerTask;
import ai.laconic.benchmarks.served.GatewayClient;
import ai.laconic.benchmarks.served.ServedSystem;
import ai.laconic.benchmarks.served.Stopwatch;
import ai.laconic.benchmarks.served.SystemPlan;
import ai.laconic.runtime.model.ModelDirectory;
import ai.laconic.runtime.model.ModelDirectoryException;
import ai.laconic.runtime.tokenizer.TextTokenizer;
import ai.laconic.runtime.tokenizer.TokenizedText;
import ai.laconic.runtime.tokenizer.TokenizerException;
import ai.laconic.runtime.window.WindowPolicy;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Tokens per second from text to a finished context, against loops that only encode its windows.
 */
final class EncodeSuite implements Suite {
  private static final int SLOTS = 1;
  private static final int POSITIONS = 1024;
  private static final String BARE = "bare loop";

  @Override
  public String name() {
    return "encode";
  }

  @Override
  public String description() {
    return "tokens per second from text to latents";
  }

  @Override
  public List<Figure> run(Workbench bench)
      throws IOException, InterruptedException, ModelDirectoryException, TokenizerException {
    ModelDirectory model = bench.first();
    int tokens = bench.sizes().encodedTokens();
    Group group = Group.of(tokens, "tokens");
    Measured measured = new Measured();
    List<String> others = new ArrayList<>(List.of(BARE));
    List<String> ours = new ArrayList<>();
    try (TextTokenizer tokenizer = TextTokenizer.open(model.encoderTokenizerFile());
        BareEncoder bare = BareEncoder.open(model);
        PeerSet peers = bench.peers().open(new PeerTask(true, model, SLOTS, model.windowTokens()));
        Systems systems = new Systems()) {
      Turns turns = new Turns();
      turns.add(
          (round, to) -> {
            List<int[]> windows = windows(bench, tokenizer, round);
            Stopwatch watch = new Stopwatch();
            bare.encode(windows);
            to.put(group, BARE, count(windows) / watch.seconds());
          });
      for (int encoders : bench.sizes().encoders()) {
        GatewayClient client =
            systems.add(
                bench
                    .systems()
                    .start(new SystemPlan(List.of(model.path()), SLOTS, POSITIONS, encoders)));
        String name = "gateway, encoders: " + encoders;
        ours.add(name);
        turns.add(
            (round, to) -> {
              var made = client.compress(model.ratio().value(), text(bench, round)).allEncoded();
              to.put(group, name, made.context().getTokens() / made.seconds());
            });
      }
      for (Peer peer : peers) {
        others.add(peer.name());
        turns.add(
            (round, to) ->
                to.put(
                    group,
                    peer.name(),
                    peer.encode(windows(bench, tokenizer, round)).tokensPerSecond()));
      }
      bench.announce().accept("encoding " + tokens + " tokens");
      turns.run(1, bench.rounds(), measured);
    }
    bench
        .notes()
        .accept(
            "Several encoders share the cores of one process here: what more of them cost, not"
                + " what they gain.");
    List<Figure> figures = new ArrayList<>();
    others.forEach(name -> figures.add(measured.figure(group, name, Unit.TOKENS_PER_SECOND)));
    String[] baselines = others.toArray(String[]::new);
    ours.forEach(
        name -> figures.add(measured.figure(group, name, Unit.TOKENS_PER_SECOND, baselines)));
    return figures;
  }

  private static String text(Workbench bench, int round) {
    return bench.texts().text(bench.sizes().encodedTokens(), round);
  }

  /** Returns the windows as the encoder cuts them by default. */
  private static List<int[]> windows(Workbench bench, TextTokenizer tokenizer, int round) {
    int most = bench.first().windowTokens();
    TokenizedText text = tokenizer.tokenize(text(bench, round));
    return WindowPolicy.contentDefined(most / 4, most).cut(text).stream()
        .map(window -> window.idsOf(text))
        .toList();
  }

  private static int count(List<int[]> windows) {
    return windows.stream().mapToInt(window -> window.length).sum();
  }

  /** Systems that run side by side; only one is asked at a time. */
  private static final class Systems implements AutoCloseable {
    private final List<ServedSystem> systems = new ArrayList<>();
    private final List<GatewayClient> clients = new ArrayList<>();

    GatewayClient add(ServedSystem system) {
      systems.add(system);
      GatewayClient client = GatewayClient.open(system.gateway());
      clients.add(client);
      return client;
    }

    @Override
    public void close() {
      clients.forEach(GatewayClient::close);
      systems.forEach(ServedSystem::close);
    }
  }
}
