package ai.laconic.cli.evaluate;

import static ai.laconic.cli.evaluate.Served.latents;
import static ai.laconic.cli.evaluate.Served.raw;
import static ai.laconic.cli.evaluate.Served.user;

import ai.laconic.cli.evaluate.Plan.Size;
import ai.laconic.cli.probe.Needle;
import ai.laconic.v1.Context;
import ai.laconic.v1.Turn;
import ai.laconic.v1.Windowing;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;

/** Whether a fact that stands somewhere in a long text is found and read exactly. */
final class NeedleMeasure implements Measure {
  /** Questions on one stretch of text, so that most of its windows are encoded once. */
  private static final int QUESTIONS_PER_STRETCH = 4;

  private static final int SLACK_TOKENS = 8;

  private enum Kind {
    SINGLE(1),
    MULTI_KEY(QUESTIONS_PER_STRETCH),
    UUID(QUESTIONS_PER_STRETCH);

    /** In one haystack; each is asked for in a prompt of its own. */
    private final int needles;

    Kind(int needles) {
      this.needles = needles;
    }

    String shown() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    List<Needle> make(SourceText source, SplittableRandom random) {
      return this == UUID
          ? NeedleMaker.uuids(needles, random)
          : NeedleMaker.words(needles, source.words(), random);
    }
  }

  @Override
  public String name() {
    return "niah";
  }

  @Override
  public List<Case> cases(Plan plan) {
    List<Case> cases = new ArrayList<>();
    for (Size size : plan.needles()) {
      for (Kind kind : Kind.values()) {
        cases.add(
            new Case(
                kind.shown() + ", " + size.tokens() + " tokens, " + size.samples() + " questions",
                ratio -> Measure.latents(size.tokens(), ratio) + 2 * FRAME,
                bench -> ask(bench, kind, size)));
      }
    }
    return cases;
  }

  private record Hidden(Context context, List<Needle> needles) {}

  private record Judged(boolean exact, boolean begins, boolean digits) {}

  private List<Row> ask(Bench bench, Kind kind, Size size) throws InterruptedException {
    String name = name() + kind.shown() + size.tokens();
    int haystacks = (size.samples() + kind.needles - 1) / kind.needles;
    int haystacksPerStretch = QUESTIONS_PER_STRETCH / kind.needles;
    List<Hidden> hidden =
        bench.samples(
            name,
            haystacks,
            (index, random) -> {
              SplittableRandom stretch = bench.random(name, "stretch", index / haystacksPerStretch);
              return hide(bench, kind.make(bench.source(), random), size, stretch, random);
            });
    List<Judged> judged =
        bench.samples(
            name,
            size.samples(),
            (index, random) -> {
              Hidden hay = hidden.get(index / kind.needles);
              return judge(bench, hay.context(), hay.needles().get(index % kind.needles));
            });
    return List.of(
        Row.of(name(), kind.shown(), size.tokens(), size.samples())
            .with("exact", Bench.mean(judged, sample -> Bench.count(sample.exact())))
            .with("begins", Bench.mean(judged, sample -> Bench.count(sample.begins())))
            .with("digits", Bench.mean(judged, sample -> Bench.count(sample.digits()))));
  }

  private static Hidden hide(
      Bench bench,
      List<Needle> needles,
      Size size,
      SplittableRandom stretch,
      SplittableRandom random) {
    int taken =
        needles.stream().mapToInt(needle -> bench.source().count(needle.sentence()) + 1).sum();
    String hay = bench.source().haystack(stretch, Math.max(1, size.tokens() - taken));
    String text = Haystack.plant(hay, needles, random);
    return new Hidden(bench.served().compress(text, Windowing.WINDOWING_UNSPECIFIED), needles);
  }

  private static Judged judge(Bench bench, Context context, Needle needle) {
    Turn prompt = user(latents(context), raw("\n" + needle.question()));
    int most = bench.source().count(needle.sentence()) + SLACK_TOKENS;
    String answer = bench.served().generate(List.of(prompt), most).text();
    return new Judged(
        answer.equals(needle.sentence()),
        answer.startsWith(needle.sentence()),
        answer.contains(needle.digits()));
  }
}
