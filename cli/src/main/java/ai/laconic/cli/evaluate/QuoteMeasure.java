package ai.laconic.cli.evaluate;

import static ai.laconic.cli.evaluate.Served.latents;
import static ai.laconic.cli.evaluate.Served.raw;
import static ai.laconic.cli.evaluate.Served.user;

import ai.laconic.cli.evaluate.Plan.Size;
import ai.laconic.cli.probe.Reconstruction;
import ai.laconic.cli.probe.Wordings;
import ai.laconic.v1.Context;
import ai.laconic.v1.Turn;
import ai.laconic.v1.Windowing;
import java.util.List;
import java.util.SplittableRandom;

/** Whether a line comes back word by word when one word of it is given. */
final class QuoteMeasure implements Measure {
  private static final int SLACK_TOKENS = 16;
  private static final int TRIES = 100;

  @Override
  public String name() {
    return "quote";
  }

  @Override
  public List<Case> cases(Plan plan) {
    return plan.quote().stream()
        .map(
            size ->
                new Case(
                    size.tokens() + " tokens, " + size.samples() + " lines",
                    ratio -> Measure.latents(size.tokens(), ratio) + 2 * FRAME,
                    bench -> ask(bench, size)))
        .toList();
  }

  /**
   * @param text in which the line stands
   */
  private record Question(String text, Quotable wanted) {}

  private record Judged(boolean exact, double similarity) {}

  private List<Row> ask(Bench bench, Size size) throws InterruptedException {
    List<Judged> judged =
        bench.samples(
            name() + size.tokens(),
            size.samples(),
            (index, random) -> judge(bench, question(bench.source(), size.tokens(), random)));
    return List.of(
        Row.of(name(), "", size.tokens(), size.samples())
            .with("exact", Bench.mean(judged, sample -> Bench.count(sample.exact())))
            .with("similarity", Bench.mean(judged, Judged::similarity)));
  }

  private static Judged judge(Bench bench, Question question) {
    Context context = bench.served().compress(question.text(), Windowing.WINDOWING_FIXED);
    String line = question.wanted().line();
    Turn prompt = user(latents(context), raw("\n" + Wordings.quote(question.wanted().phrase())));
    int most = bench.source().count(line) + SLACK_TOKENS;
    String answer = bench.served().generate(List.of(prompt), most).text();
    return new Judged(answer.equals(line), Reconstruction.ofText(line, answer));
  }

  private static Question question(SourceText source, int tokens, SplittableRandom random) {
    for (int attempt = 0; attempt < TRIES; attempt++) {
      String text = source.passage(random, tokens).get(0);
      List<Quotable> lines = Quotable.in(text, source::count);
      if (!lines.isEmpty()) {
        return new Question(text, lines.get(random.nextInt(lines.size())));
      }
    }
    throw new IllegalArgumentException(
        "text: no line to quote (expected: lines of 5 to 60 tokens with a word of their own)");
  }
}
