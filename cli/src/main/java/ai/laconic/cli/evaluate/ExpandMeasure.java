package ai.laconic.cli.evaluate;

import ai.laconic.cli.evaluate.Plan.Size;
import ai.laconic.cli.probe.Needle;
import ai.laconic.cli.probe.Wordings;
import ai.laconic.runtime.tokenizer.TokenizedText;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Whether a model asks for the chunks that it needs to read, and then answers. */
final class ExpandMeasure implements Measure {
  private static final int CHUNK_TOKENS = 256;
  private static final int LEAST_ANSWER_TOKENS = 64;
  private static final int SLACK_TOKENS = 16;
  private static final int TRIES = 1000;

  @Override
  public String name() {
    return "expand";
  }

  @Override
  public List<Case> cases(Plan plan) {
    List<Case> cases = new ArrayList<>();
    for (Size size : plan.expand()) {
      for (int keys = 1; keys <= 2; keys++) {
        int asked = keys;
        cases.add(
            new Case(
                shown(keys) + ", " + size.tokens() + " tokens, " + size.samples() + " questions",
                // Whoever expands everything reads the whole text beside its latents.
                ratio -> Measure.latents(size.tokens(), ratio) + size.tokens() + 4 * FRAME,
                bench -> ask(bench, size, asked)));
      }
    }
    return cases;
  }

  private static String shown(int keys) {
    return keys == 1 ? "one key" : "two keys";
  }

  private record Judged(boolean answer, boolean chunks, int positions, int tokens) {}

  private List<Row> ask(Bench bench, Size size, int keys) throws InterruptedException {
    List<Judged> judged =
        bench.samples(
            name() + keys + "-" + size.tokens(),
            size.samples(),
            (index, random) -> judge(bench, question(bench.source(), size, keys, random)));
    return List.of(
        Row.of(name(), shown(keys), size.tokens(), size.samples())
            .with("answers", Bench.mean(judged, sample -> Bench.count(sample.answer())))
            .with("chunks", Bench.mean(judged, sample -> Bench.count(sample.chunks())))
            .with("positions", Bench.mean(judged, Judged::positions))
            .with("uncompressed", Bench.mean(judged, Judged::tokens)));
  }

  private static Judged judge(Bench bench, Question asked) {
    int most = Math.max(LEAST_ANSWER_TOKENS, bench.source().count(asked.answer()) + SLACK_TOKENS);
    Triage.Result result = new Triage(asked.chunks(), asked.question(), most).run(bench.served());
    return new Judged(
        asked.answer().equals(result.answer()),
        asked.needed().equals(result.chosen()),
        result.positions(),
        asked.tokens());
  }

  /**
   * @param needed numbers of the chunks in which the needles stand
   * @param answer that is right
   * @param tokens of the whole text
   */
  private record Question(
      List<String> chunks, Set<Integer> needed, String question, String answer, int tokens) {}

  /** Hides needles where no chunk's end cuts one of them: it would stand in no chunk. */
  private static Question question(
      SourceText source, Size size, int keys, SplittableRandom random) {
    for (int attempt = 0; attempt < TRIES; attempt++) {
      List<Needle> needles = NeedleMaker.words(keys, source.words(), random);
      int taken = needles.stream().mapToInt(needle -> source.count(needle.sentence()) + 1).sum();
      String hay = source.haystack(random, Math.max(1, size.tokens() - taken));
      TokenizedText text = source.tokenize(Haystack.plant(hay, needles, random));
      List<String> chunks = chunks(text);
      List<Integer> standsIn =
          needles.stream().map(needle -> chunkWith(needle.sentence(), chunks)).toList();
      if (!standsIn.contains(0)) {
        String answer = needles.stream().map(Needle::sentence).collect(Collectors.joining(" "));
        return new Question(
            chunks,
            standsIn.stream().collect(Collectors.toUnmodifiableSet()),
            wording(needles),
            answer,
            text.length());
      }
    }
    throw new IllegalArgumentException(
        "text: no place for a needle (expected: lines or sentences shorter than a chunk)");
  }

  private static String wording(List<Needle> needles) {
    return needles.size() == 1
        ? needles.get(0).question()
        : Wordings.questions(needles.get(0).key(), needles.get(1).key());
  }

  static List<String> chunks(TokenizedText text) {
    List<String> chunks = new ArrayList<>();
    for (int first = 0; first < text.length(); first += CHUNK_TOKENS) {
      chunks.add(SourceText.slice(text, first, first + CHUNK_TOKENS));
    }
    // White space alone can't be compressed.
    if (chunks.get(chunks.size() - 1).isBlank()) {
      chunks.remove(chunks.size() - 1);
    }
    return chunks;
  }

  /** Returns the number of the chunk that has a sentence, from 1; 0 if none has. */
  private static int chunkWith(String sentence, List<String> chunks) {
    return IntStream.rangeClosed(1, chunks.size())
        .filter(number -> chunks.get(number - 1).contains(sentence))
        .findFirst()
        .orElse(0);
  }
}
