package ai.laconic.cli.command;

import ai.laconic.cli.demo.DemoReport;
import ai.laconic.cli.demo.DemoReport.Compressed;
import ai.laconic.cli.demo.DemoReport.Faster;
import ai.laconic.cli.demo.DemoReport.Passage;
import ai.laconic.cli.demo.DemoReport.Question;
import ai.laconic.cli.demo.DemoReport.Uncompressed;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** The demo's report for a person. */
final class DemoTable {
  private static final int GLIMPSE = 100;

  private final Output output;

  DemoTable(Output output) {
    this.output = output;
  }

  void print(DemoReport report) {
    Question first = report.compressed().get(0).first();
    Question second = report.compressed().get(0).second();
    output.line("");
    output.line(
        "%s, %s: what the decoder reads, and how long a question waits for its first token",
        report.text(), Units.bytes(report.textBytes()));
    output.line("");
    output.numbers(rows(report));
    output.line("");
    output.line("stored   the text, or its latents as the cache keeps them");
    output.line("cold     first token if the text is new: it is compressed, then questioned");
    output.line("warm     first token if it was compressed before, but not read by the decoder");
    output.line("kept     first token of the second question on it");
    output.line("held     positions of that question's prompt that the decoder still had");
    output.line(
        "needles  answers to \"%s\" (%s) and the same for the second (%s), each hidden once",
        first.question(), first.expected(), second.expected());
    report.compressed().forEach(this::expanded);
    output.line("");
    highlights(report);
    output.line("");
    output.line(
        "measured in this run on %d processors, after each model had answered over other text: a fresh"
            + " process is slower at first",
        report.processors());
    output.line("%s", inWords(report.compressed().get(report.compressed().size() - 1)));
  }

  private static List<List<String>> rows(DemoReport report) {
    List<List<String>> rows = new ArrayList<>();
    rows.add(
        List.of(
            "",
            "TOKENS",
            "LATENTS",
            "STORED",
            "DECODER KV",
            "COLD",
            "",
            "WARM",
            "",
            "KEPT",
            "",
            "HELD",
            "NEEDLES"));
    Uncompressed raw = report.uncompressed();
    rows.add(
        raw == null
            ? List.of("uncompressed", "does not fit the decoder")
            : List.of(
                "uncompressed",
                Units.count(raw.tokens()),
                "-",
                Units.bytes(report.textBytes()),
                Units.bytes(raw.kvBytes()),
                seconds(raw.first().firstTokenSeconds()),
                "",
                "-",
                "",
                seconds(raw.second().firstTokenSeconds()),
                "",
                held(raw.second()),
                needles(raw.first(), raw.second())));
    report.compressed().forEach(compressed -> rows.add(row(compressed)));
    return rows;
  }

  private static List<String> row(Compressed compressed) {
    Faster faster = compressed.faster();
    return List.of(
        compressed.ratio() + "x",
        Units.count(compressed.tokens()),
        Units.count(compressed.latents()),
        Units.bytes(compressed.latentBytes()),
        Units.bytes(compressed.kvBytes()),
        seconds(compressed.coldSeconds()),
        faster == null ? "" : times(faster.cold()),
        seconds(compressed.warmSeconds()),
        faster == null ? "" : times(faster.warm()),
        seconds(compressed.keptSeconds()),
        faster == null ? "" : times(faster.kept()),
        held(compressed.second()),
        needles(compressed.first(), compressed.second()));
  }

  private static String held(Question question) {
    return Units.count(question.cachedPositions())
        + " of "
        + Units.count(question.promptPositions());
  }

  private static String needles(Question first, Question second) {
    return (first.right() ? "right" : "wrong") + ", " + (second.right() ? "right" : "wrong");
  }

  private void expanded(Compressed compressed) {
    Question expanded = compressed.expanded();
    if (expanded != null) {
      output.line(
          "         %dx with the needle's segment expanded to its text: \"%s\", right",
          compressed.ratio(), expanded.answer());
    }
  }

  private void highlights(DemoReport report) {
    output.line(
        "again      compressed once more at %dx: %d of %d windows from the cache, %s",
        report.again().ratio(),
        report.again().reused(),
        report.again().windows(),
        seconds(report.again().seconds()));
    Passage passage = report.readBack();
    output.line(
        "read back  %d tokens of segment %d from their %d latents: %.1f %% of them%s",
        passage.tokens(),
        passage.segment(),
        passage.latents(),
        passage.share() * 100,
        scored(passage));
    output.line("%s", "             text     " + glimpse(passage.source()));
    output.line("%s", "             latents  " + glimpse(passage.answer()));
    output.line(
        "expand     segment %d back to its text: %s bytes, identical to the source",
        report.expansion().segment(), Units.count(report.expansion().bytes()));
  }

  private static String scored(Passage passage) {
    return passage.scored() == null
        ? ""
        : String.format(
            Locale.ROOT, " (%.1f %% each after the right ones)", passage.scored() * 100);
  }

  /** Returns the beginning of a text on one line. */
  private static String glimpse(String text) {
    String line = text.strip().replaceAll("\\s+", " ");
    return line.length() <= GLIMPSE ? line : line.substring(0, GLIMPSE) + " ...";
  }

  /** Returns what the last row says, in words. */
  private static String inWords(Compressed compressed) {
    String tokens =
        String.format(
            Locale.ROOT,
            "at %dx, %s tokens are %s latents",
            compressed.ratio(),
            Units.count(compressed.tokens()),
            Units.count(compressed.latents()));
    Faster faster = compressed.faster();
    return faster == null
        ? tokens + "; uncompressed, they do not fit the decoder"
        : tokens
            + ", and the first token comes "
            + String.join(
                ", ",
                Stream.of(
                        sooner(faster.cold(), "when the text is new"),
                        sooner(faster.warm(), "when it was compressed before"),
                        "and " + sooner(faster.kept(), "for the second question on it"))
                    .toList());
  }

  private static String sooner(double times, String when) {
    return times >= 1
        ? number(times) + " times sooner " + when
        : number(1 / times) + " times later " + when;
  }

  private static String times(double times) {
    return number(times) + "x";
  }

  private static String number(double value) {
    return value < 9.95
        ? String.format(Locale.ROOT, "%.1f", value)
        : Units.count(Math.round(value));
  }

  private static String seconds(double seconds) {
    return Units.seconds(Duration.ofNanos(Math.round(seconds * 1e9)));
  }
}
