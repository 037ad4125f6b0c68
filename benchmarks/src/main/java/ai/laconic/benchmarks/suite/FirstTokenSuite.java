package ai.laconic.benchmarks.suite;

import static ai.laconic.benchmarks.served.Prompts.CONTINUE;
import static ai.laconic.benchmarks.served.Prompts.QUOTE;
import static ai.laconic.benchmarks.served.Prompts.generate;
import static ai.laconic.benchmarks.served.Prompts.raw;
import static ai.laconic.benchmarks.served.Prompts.turn;
import static ai.laconic.benchmarks.served.Prompts.whole;

import ai.laconic.benchmarks.figure.Figure;
import ai.laconic.benchmarks.figure.Group;
import ai.laconic.benchmarks.figure.Measured;
import ai.laconic.benchmarks.figure.Recorder;
import ai.laconic.benchmarks.figure.Turns;
import ai.laconic.benchmarks.figure.Unit;
import ai.laconic.benchmarks.peer.Peer;
import ai.laconic.benchmarks.peer.PeerSet;
import ai.laconic.benchmarks.peer.PeerTask;
import ai.laconic.benchmarks.report.ChartPlan;
import ai.laconic.benchmarks.served.Answer;
import ai.laconic.benchmarks.served.Compressed;
import ai.laconic.benchmarks.served.GatewayClient;
import ai.laconic.benchmarks.served.ServedSystem;
import ai.laconic.benchmarks.served.SystemPlan;
import ai.laconic.runtime.model.ModelDirectory;
import ai.laconic.runtime.model.ModelDirectoryException;
import ai.laconic.runtime.tokenizer.TokenizerException;
import ai.laconic.v1.Part;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * How long a client waits for the first token: of a text that is compressed for the question
 * (cold), of a context that is there but that the decoder has not seen (warm), and of another
 * question over it (kept). Each round has texts of its own.
 */
final class FirstTokenSuite implements Suite {
  private static final int SLOTS = 8;

  /** Of a peer: one text at a time, and the one before. */
  private static final int PEER_SLOTS = 2;

  /** Positions beside the text: markers, the question, and what is tokenized apart. */
  private static final int MARGIN = 512;

  private static final String RAW = "raw";

  @Override
  public String name() {
    return "ttft";
  }

  @Override
  public String description() {
    return "first token over raw text and over latents: cold, warm, kept";
  }

  @Override
  public List<ChartPlan> charts() {
    return List.of(
        new ChartPlan(
            "ttft-new",
            "First token over a text that is new",
            Unit.SECONDS,
            "tokens of text",
            name -> !name.endsWith("kept") && !name.endsWith("warm")),
        new ChartPlan(
            "ttft-again",
            "First token over a text that is there",
            Unit.SECONDS,
            "tokens of text",
            name -> name.endsWith("kept") || name.endsWith("warm")));
  }

  @Override
  public List<Figure> run(Workbench bench)
      throws IOException, InterruptedException, ModelDirectoryException, TokenizerException {
    List<Integer> lengths = bench.sizes().textTokens();
    int longest = lengths.stream().mapToInt(Integer::intValue).max().orElseThrow();
    int positions = bench.atMost(positions(longest));
    Measured measured = new Measured();
    List<String> peerNames = new ArrayList<>();
    try (ServedSystem system =
            bench.systems().start(SystemPlan.of(bench.paths(), SLOTS, positions));
        GatewayClient client = GatewayClient.open(system.gateway());
        RawPrompts prompts = RawPrompts.of(bench.first());
        PeerSet peers =
            bench.peers().open(new PeerTask(false, bench.first(), PEER_SLOTS, positions))) {
      for (int tokens : lengths) {
        bench.announce().accept("first token over " + tokens + " tokens");
        Group group = Group.of(tokens, "tokens");
        // Each contender's texts: no two share any, so that no prefix is known by accident.
        Texts texts = new Texts(bench, tokens);
        Turns turns = new Turns();
        int ratio = bench.first().ratio().value();
        if (positions(tokens) <= positions) {
          turns.add((round, to) -> askRaw(client, ratio, texts.next(), group, to));
          for (Peer peer : peers) {
            turns.add((round, to) -> askPeer(peer, prompts, texts.next(), group, to));
          }
        } else {
          bench.notes().accept(group.label() + " don't fit a decoder uncompressed.");
        }
        for (ModelDirectory model : bench.models()) {
          if (positions(model.ratio().latentsFor(tokens)) <= positions) {
            turns.add((round, to) -> askLatents(client, model, texts, group, to));
          }
        }
        // What is compiled and loaded with the shortest texts serves the longer ones too.
        turns.run(tokens == lengths.get(0) ? 1 : 0, bench.rounds(), measured);
      }
      peers.forEach(peer -> peerNames.add(peer.name()));
    }
    return figures(bench, measured, peerNames);
  }

  /** Returns what a prompt about so many positions takes; windows may end within a latent. */
  private static int positions(int about) {
    return about + about / 20 + MARGIN;
  }

  private static void askRaw(
      GatewayClient client, int ratio, String text, Group group, Recorder to) {
    Answer first = client.ask(generate(ratio, turn(raw(text), CONTINUE), 1));
    Answer kept = client.ask(generate(ratio, turn(raw(text), QUOTE), 1));
    to.put(group, RAW, first.firstToken());
    to.put(group, RAW + ", kept", kept.firstToken());
  }

  private static void askLatents(
      GatewayClient client, ModelDirectory model, Texts texts, Group group, Recorder to) {
    int ratio = model.ratio().value();
    Compressed cold = client.compress(ratio, texts.next()).allEncoded();
    Answer first = client.ask(generate(ratio, turn(whole(cold.context()), CONTINUE), 1));
    Part there = whole(client.compress(ratio, texts.next()).allEncoded().context());
    Answer warm = client.ask(generate(ratio, turn(there, CONTINUE), 1));
    Answer kept = client.ask(generate(ratio, turn(there, QUOTE), 1));
    to.put(group, ratio + "x, cold", cold.seconds() + first.firstToken());
    to.put(group, ratio + "x, warm", warm.firstToken());
    to.put(group, ratio + "x, kept", kept.firstToken());
  }

  private static void askPeer(Peer peer, RawPrompts prompts, String text, Group group, Recorder to)
      throws IOException {
    double first = peer.generate(List.of(prompts.ids(text, CONTINUE)), 1).seconds();
    double kept = peer.generate(List.of(prompts.ids(text, QUOTE)), 1).seconds();
    to.put(group, peer.name(), first);
    to.put(group, peer.name() + ", kept", kept);
  }

  private static List<Figure> figures(Workbench bench, Measured measured, List<String> peers) {
    List<String> baselines = new ArrayList<>(List.of(RAW));
    baselines.addAll(peers);
    List<Figure> figures = new ArrayList<>();
    for (int tokens : bench.sizes().textTokens()) {
      Group group = Group.of(tokens, "tokens");
      for (String name : measured.names(group)) {
        String[] others =
            baselines.stream().filter(each -> !each.equals(name)).toArray(String[]::new);
        figures.add(measured.figure(group, name, Unit.SECONDS, others));
      }
    }
    return figures;
  }

  /** Texts of one length, each another one. */
  private static final class Texts {
    private final Workbench bench;
    private final int tokens;
    private int number;

    Texts(Workbench bench, int tokens) {
      this.bench = bench;
      this.tokens = tokens;
    }

    String next() {
      return bench.texts().text(tokens, 1000L * tokens + number++);
    }
  }
}
