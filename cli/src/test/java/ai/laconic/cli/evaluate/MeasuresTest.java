package ai.laconic.cli.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import ai.laconic.cli.evaluate.Plan.Size;
import ai.laconic.cli.probe.Wordings;
import ai.laconic.runtime.tokenizer.TextTokenizer;
import ai.laconic.v1.Part;
import ai.laconic.v1.Turn;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.BiFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What measures make of a model that knows everything, and of one that knows nothing. */
@SuppressWarnings("NullAway.Init")
class MeasuresTest {
  private static final Path HOME = Path.of("..");
  private static final Pattern ASKED =
      Pattern.compile("magic numbers? for (.+?)(?: and (.+?))?\\?$");
  private static final Plan PLAN =
      new Plan(
          List.of(new Size(64, 2)),
          1,
          64,
          List.of(new Size(512, 5)),
          List.of(new Size(256, 2)),
          List.of(new Size(1024, 3)),
          List.of(new Size(1024, 4)));

  private static TextTokenizer tokenizer;
  private static SourceText source;
  private static ExecutorService requests;

  @BeforeAll
  static void open() throws Exception {
    tokenizer = TextTokenizer.open(HOME.resolve("models/nano-4x/encoder/tokenizer.json"));
    source = new SourceText(Files.readString(HOME.resolve("demo/opticks.txt")), tokenizer);
    requests = Executors.newFixedThreadPool(2);
  }

  @AfterAll
  static void close() {
    requests.shutdownNow();
    tokenizer.close();
  }

  private static Map<String, Row> run(
      Measure measure, BiFunction<List<String>, String, String> model) throws Exception {
    return run(measure, new FakeServed(source, model));
  }

  private static Map<String, Row> run(Measure measure, Served served) throws Exception {
    Bench bench = new Bench(served, source, 4, 1, requests);
    List<Row> rows = new ArrayList<>();
    for (Measure.Case each : measure.cases(PLAN)) {
      rows.addAll(each.run().on(bench));
    }
    assertThat(rows).allMatch(row -> row.measure().equals(measure.name()));
    return rows.stream().collect(Collectors.toMap(Row::variant, row -> row));
  }

  private static Row row(Map<String, Row> rows, String variant) {
    return Objects.requireNonNull(rows.get(variant), variant);
  }

  private static Map<String, Double> values(Map<String, Row> rows, String variant) {
    return row(rows, variant).values();
  }

  /** Returns what stands before the question. */
  private static String context(List<String> turns) {
    String first = turns.get(0);
    return first.substring(0, first.lastIndexOf('\n'));
  }

  private static String needle(String text, String key) {
    Matcher matcher =
        Pattern.compile("The magic number for " + Pattern.quote(key) + " is \\d+\\.").matcher(text);
    return matcher.find() ? matcher.group() : "none";
  }

  private static List<String> needles(String text, String question) {
    Matcher asked = ASKED.matcher(question);
    assertThat(asked.find()).as(question).isTrue();
    return IntStream.rangeClosed(1, asked.group(2) == null ? 1 : 2)
        .mapToObj(group -> needle(text, asked.group(group)))
        .toList();
  }

  @Test
  void reconstruction() throws Exception {
    Map<String, Row> whole =
        run(
            new ReconstructionMeasure(),
            (turns, question) -> question.equals(Wordings.REPEAT) ? context(turns) : "");
    assertThat(values(whole, "scored")).isEqualTo(Map.of("tokens", 1.0, "whole", 1.0));
    assertThat(row(whole, "scored").samples()).isEqualTo(2);
    assertThat(values(whole, "generated")).isEqualTo(Map.of("characters", 1.0));
    Map<String, Row> silent = run(new ReconstructionMeasure(), (turns, question) -> "");
    assertThat(values(silent, "scored")).isEqualTo(Map.of("tokens", 0.0, "whole", 0.0));
    Map<String, Row> endless =
        run(new ReconstructionMeasure(), (turns, question) -> context(turns) + "\nand on");
    assertThat(values(endless, "scored")).isEqualTo(Map.of("tokens", 1.0, "whole", 0.0));
  }

  @Test
  void needles() throws Exception {
    Map<String, Row> all =
        run(new NeedleMeasure(), (turns, question) -> needles(context(turns), question).get(0));
    assertThat(all).containsOnlyKeys("single", "multi-key", "uuid");
    assertThat(all.values())
        .allSatisfy(
            row -> {
              assertThat(row.values())
                  .isEqualTo(Map.of("exact", 1.0, "begins", 1.0, "digits", 1.0));
              assertThat(row.samples()).isEqualTo(5);
            });
    Map<String, Row> digits =
        run(
            new NeedleMeasure(),
            (turns, question) -> "It is" + needles(context(turns), question).get(0));
    assertThat(values(digits, "single"))
        .isEqualTo(Map.of("exact", 0.0, "begins", 0.0, "digits", 1.0));
  }

  @Test
  void continuation() throws Exception {
    FakeServed served = new FakeServed(source, (turns, question) -> "");

    Map<String, Row> rows = run(new ContinuationMeasure(), served);

    assertThat(rows).containsOnlyKeys("compressed", "raw", "last", "none");
    assertThat(rows.values())
        .allSatisfy(row -> assertThat(row.values()).isEqualTo(Map.of("loss", 3.0)));
    List<List<Part>> asked =
        served.prompts.stream().map(turns -> turns.get(0).getPartsList()).toList();
    assertThat(asked).filteredOn(parts -> parts.get(0).hasContext()).hasSize(2);
    List<String> raw =
        asked.stream()
            .filter(parts -> parts.size() == 1)
            .map(parts -> parts.get(0).getText())
            .toList();
    assertThat(raw).filteredOn(Wordings.CONTINUE::equals).hasSize(2);
    assertThat(raw)
        .filteredOn(text -> text.endsWith("\n" + Wordings.CONTINUE))
        .extracting(text -> source.count(text.replace("\n" + Wordings.CONTINUE, "")))
        .allMatch(tokens -> tokens >= 64 && tokens <= 66 || tokens == 256)
        .hasSize(4);
  }

  @Test
  void quote() throws Exception {
    Map<String, Row> rows =
        run(
            new QuoteMeasure(),
            (turns, question) -> {
              String phrase = question.replaceAll(".* (\\p{L}+)\\.$", "$1");
              return context(turns)
                  .lines()
                  .filter(line -> line.contains(phrase))
                  .findFirst()
                  .orElse("none")
                  .strip();
            });
    assertThat(values(rows, "")).isEqualTo(Map.of("exact", 1.0, "similarity", 1.0));
  }

  private static String triage(List<String> turns, String question) {
    if (turns.size() > 1) {
      // Only what was expanded may be read.
      String expanded = turns.get(turns.size() - 1);
      return Wordings.ANSWER + String.join(" ", needles(expanded, question));
    }
    List<String> wanted = needles(context(turns), question);
    Matcher chunk =
        Pattern.compile("(?s)\\[(\\d+)] (.*?)(?=\\n\\[\\d+] |$)").matcher(context(turns));
    List<String> numbers = new ArrayList<>();
    while (chunk.find()) {
      if (wanted.stream().anyMatch(chunk.group(2)::contains)) {
        numbers.add(chunk.group(1));
      }
    }
    return Wordings.EXPAND + String.join(", ", numbers);
  }

  @Test
  void expand() throws Exception {
    Map<String, Row> rows = run(new ExpandMeasure(), MeasuresTest::triage);

    assertThat(rows).containsOnlyKeys("one key", "two keys");
    assertThat(rows.values())
        .allSatisfy(
            row -> {
              assertThat(row.values()).containsEntry("answers", 1.0).containsEntry("chunks", 1.0);
              assertThat(row.values().get("positions")).isBetween(300.0, 400.0);
              assertThat(row.values().get("uncompressed")).isBetween(980.0, 1070.0);
            });
  }

  @Test
  void expandWithoutReadingFirstIsWrong() throws Exception {
    Map<String, Row> hasty =
        run(
            new ExpandMeasure(),
            (turns, question) ->
                Wordings.ANSWER + String.join(" ", needles(context(turns), question)));
    assertThat(values(hasty, "one key")).containsEntry("answers", 0.0).containsEntry("chunks", 0.0);
    FakeServed endless = new FakeServed(source, (turns, question) -> Wordings.EXPAND + "1");
    assertThat(values(run(new ExpandMeasure(), endless), "two keys")).containsEntry("answers", 0.0);
    assertThat(endless.prompts.stream().mapToInt(List::size).max()).hasValue(9);
  }

  @Test
  void theTriageIsWordedAsTrained() {
    FakeServed served = new FakeServed(source, MeasuresTest::triage);
    String sentence = Wordings.needle("amber", "42");

    Triage.Result result =
        new Triage(List.of("Light.\n", sentence + "\n"), Wordings.question("amber"), 64)
            .run(served);

    assertThat(result.answer()).isEqualTo(sentence);
    assertThat(result.chosen()).containsExactly(2);
    List<Turn> last = served.prompts.stream().skip(1).findFirst().orElseThrow();
    assertThat(last.get(0).getPartsList())
        .containsExactly(
            Served.raw("[1] "),
            Served.inline("Light.\n"),
            Served.raw("\n[2] "),
            Served.inline(sentence + "\n"),
            Served.raw("\nExpand what you need, then answer: What is the magic number for amber?"));
    assertThat(last.get(1)).isEqualTo(Served.assistant("EXPAND: 2"));
    assertThat(last.get(2))
        .isEqualTo(
            Served.user(Served.raw("[2] " + sentence + "\n\nWhat is the magic number for amber?")));
  }

  @Test
  void passagesHaveExactlySoManyTokens() {
    for (int seed = 0; seed < 10; seed++) {
      List<String> pieces = source.passage(new SplittableRandom(seed), 100, 28);
      assertThat(pieces).extracting(source::count).containsExactly(100, 28);
      assertThat(source.count(String.join("", pieces))).isBetween(126, 130);
    }
    assertThatIllegalArgumentException()
        .isThrownBy(() -> source.passage(new SplittableRandom(1), 30_000))
        .withMessage("text: " + source.tokens() + " tokens (expected: at least 30000)");
  }

  @Test
  void haystacksBeginAnewWhereTheTextEnds() {
    String hay = source.haystack(new SplittableRandom(1), 50_000);
    assertThat(source.count(hay)).isBetween(49_900, 50_100);
  }

  @Test
  void samplesDependOnTheSeedAndTheirNumberOnly() throws Exception {
    Bench bench = new Bench(new FakeServed(source, (t, q) -> ""), source, 4, 7, requests);
    List<Long> few = bench.samples("case", 3, (index, random) -> random.nextLong());
    List<Long> many = bench.samples("case", 9, (index, random) -> random.nextLong());

    assertThat(many).startsWith(few.toArray(Long[]::new)).doesNotHaveDuplicates();
    assertThat(bench.samples("other", 3, (index, random) -> random.nextLong()))
        .doesNotContainAnyElementsOf(many);
    assertThatIllegalStateException()
        .isThrownBy(
            () ->
                bench.samples(
                    "case",
                    3,
                    (index, random) -> {
                      throw new IllegalStateException("sample " + index);
                    }))
        .withMessage("sample 0");
  }
}
