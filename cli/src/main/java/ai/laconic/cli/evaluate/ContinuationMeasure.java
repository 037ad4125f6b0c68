package ai.laconic.cli.evaluate;

import static ai.laconic.cli.evaluate.Served.latents;
import static ai.laconic.cli.evaluate.Served.raw;
import static ai.laconic.cli.evaluate.Served.user;

import ai.laconic.cli.evaluate.Plan.Size;
import ai.laconic.cli.probe.Wordings;
import ai.laconic.runtime.tokenizer.TokenizedText;
import ai.laconic.v1.TokenScore;
import ai.laconic.v1.Turn;
import ai.laconic.v1.Windowing;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * How well a text is predicted after a context: compressed, or in one of three ways without
 * latents. As many raw tokens as there are latents cost the same; the whole raw text costs the
 * ratio's times more.
 */
final class ContinuationMeasure implements Measure {
  private static final int CONTINUATION = 128;

  private enum Given {
    COMPRESSED,
    RAW,
    LAST,
    NONE;

    Turn prompt(Bench bench, String context) {
      String ask = "\n" + Wordings.CONTINUE;
      return switch (this) {
        case COMPRESSED ->
            user(latents(bench.served().compress(context, Windowing.WINDOWING_FIXED)), raw(ask));
        case RAW -> user(raw(context + ask));
        case LAST -> user(raw(last(bench.source().tokenize(context), bench.ratio()) + ask));
        case NONE -> user(raw(Wordings.CONTINUE));
      };
    }

    String shown() {
      return name().toLowerCase(Locale.ROOT);
    }

    /** Returns as many tokens from the end as the whole text has latents. */
    private static String last(TokenizedText text, int ratio) {
      int tokens = Measure.latents(text.length(), ratio);
      return SourceText.slice(text, text.length() - tokens, text.length());
    }
  }

  @Override
  public String name() {
    return "continuation";
  }

  @Override
  public List<Case> cases(Plan plan) {
    List<Case> cases = new ArrayList<>();
    for (Size size : plan.continuation()) {
      for (Given given : Given.values()) {
        cases.add(
            new Case(
                given.shown() + ", " + size.tokens() + " tokens, " + size.samples() + " texts",
                ratio -> size.tokens() + CONTINUATION + FRAME,
                bench -> score(bench, size, given)));
      }
    }
    return cases;
  }

  private List<Row> score(Bench bench, Size size, Given given) throws InterruptedException {
    List<Double> losses =
        bench.samples(
            name() + size.tokens(),
            size.samples(),
            (index, random) -> {
              List<String> pieces = bench.source().passage(random, size.tokens(), CONTINUATION);
              List<Turn> prompt = List.of(given.prompt(bench, pieces.get(0)));
              List<TokenScore> scores =
                  bench.served().score(prompt, pieces.get(1), false).getTokensList();
              return -Bench.mean(scores, TokenScore::getLogprob);
            });
    return List.of(
        Row.of(name(), given.shown(), size.tokens(), size.samples())
            .with("loss", Bench.mean(losses, loss -> loss)));
  }
}
