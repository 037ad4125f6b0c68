package ai.laconic.cli.evaluate;

import static ai.laconic.cli.evaluate.Served.latents;
import static ai.laconic.cli.evaluate.Served.raw;
import static ai.laconic.cli.evaluate.Served.user;

import ai.laconic.cli.evaluate.Plan.Size;
import ai.laconic.cli.probe.Reconstruction;
import ai.laconic.cli.probe.Wordings;
import ai.laconic.v1.TokenScore;
import ai.laconic.v1.Turn;
import ai.laconic.v1.Windowing;
import java.util.ArrayList;
import java.util.List;

/** How much of a text comes back from its latents. */
final class ReconstructionMeasure implements Measure {
  @Override
  public String name() {
    return "reconstruction";
  }

  @Override
  public List<Case> cases(Plan plan) {
    List<Case> cases = new ArrayList<>();
    for (Size size : plan.reconstruction()) {
      cases.add(
          new Case(
              "scored, " + size.tokens() + " tokens, " + size.samples() + " texts",
              ratio -> positions(size.tokens(), ratio),
              bench -> scored(bench, size)));
      if (size.tokens() <= plan.longestGenerated()) {
        Size few = new Size(size.tokens(), Math.min(plan.generated(), size.samples()));
        cases.add(
            new Case(
                "generated, " + few.tokens() + " tokens, " + few.samples() + " texts",
                ratio -> positions(few.tokens(), ratio),
                bench -> generated(bench, few)));
      }
    }
    return cases;
  }

  private static int positions(int tokens, int ratio) {
    return Measure.latents(tokens, ratio) + Reconstruction.mostAnswered(tokens) + FRAME;
  }

  private record Scored(double tokens, boolean whole) {
    static Scored of(List<TokenScore> scores) {
      // The last is the token that ends the turn, which is none of the text.
      List<TokenScore> ofText = scores.subList(0, scores.size() - 1);
      return new Scored(
          Reconstruction.firstChoices(ofText), Reconstruction.firstChoices(scores) == 1);
    }
  }

  private List<Row> scored(Bench bench, Size size) throws InterruptedException {
    List<Scored> samples =
        bench.samples(
            name() + size.tokens(),
            size.samples(),
            (index, random) -> {
              String text = bench.source().passage(random, size.tokens()).get(0);
              return Scored.of(
                  bench.served().score(List.of(prompt(bench, text)), text, true).getTokensList());
            });
    return List.of(
        Row.of(name(), "scored", size.tokens(), size.samples())
            .with("tokens", Bench.mean(samples, Scored::tokens))
            .with("whole", Bench.mean(samples, sample -> Bench.count(sample.whole()))));
  }

  private List<Row> generated(Bench bench, Size size) throws InterruptedException {
    List<Double> shares =
        bench.samples(
            name() + size.tokens(),
            size.samples(),
            (index, random) -> {
              String text = bench.source().passage(random, size.tokens()).get(0);
              List<Turn> prompt = List.of(prompt(bench, text));
              return Reconstruction.ofText(
                  text.strip(),
                  bench
                      .served()
                      .generate(prompt, Reconstruction.mostAnswered(size.tokens()))
                      .text());
            });
    return List.of(
        Row.of(name(), "generated", size.tokens(), size.samples())
            .with("characters", Bench.mean(shares, share -> share)));
  }

  private static Turn prompt(Bench bench, String text) {
    return user(
        latents(bench.served().compress(text, Windowing.WINDOWING_FIXED)),
        raw("\n" + Wordings.REPEAT));
  }
}
