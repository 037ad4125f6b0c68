package ai.laconic.cli.command;

import ai.laconic.cli.demo.DemoReport;
import ai.laconic.cli.demo.DemoReport.Compression;
import ai.laconic.cli.demo.DemoReport.FirstToken;
import ai.laconic.cli.demo.DemoReport.Needle;
import ai.laconic.cli.demo.DemoReport.Reply;
import java.util.List;
import java.util.Locale;

/** The demo's report for a person. */
final class DemoTable {
  private static final int GLIMPSE = 100;

  private final Output output;

  DemoTable(Output output) {
    this.output = output;
  }

  void print(DemoReport report) {
    Compression compression = report.compression();
    Needle needle = report.needle();
    output.line("");
    output.line("%s, %s, %dx", report.text(), report.model(), report.ratio());
    output.line("");
    output.table(
        List.of(
            row(
                "compressed",
                "%s tokens in %s windows -> %s latents in %.2f s",
                Units.count(compression.tokens()),
                Units.count(compression.windows()),
                Units.count(compression.latents()),
                compression.seconds()),
            row(
                "again",
                "%d of %d windows from the cache, %.2f s",
                compression.againReused(),
                compression.windows(),
                compression.againSeconds()),
            row(
                "memory",
                "%s of latents, against %s of decoder KV cache for the raw text: %.0f times less",
                Units.bytes(compression.latentBytes()),
                Units.bytes(compression.kvBytes()),
                (double) compression.kvBytes() / compression.latentBytes()),
            firstToken(report.latents()),
            uncompressed(report),
            row("needle", "%s", needle.question()),
            reply(
                needle.passage(),
                "from the latents of segments " + needle.first() + " to " + needle.last()),
            reply(needle.expanded(), "with segment " + needle.segment() + " expanded to its text"),
            reply(needle.whole(), "from the latents of the whole text")));
    for (DemoReport.Passage passage : report.readBack()) {
      output.line(
          "read back     segment %d, first %d tokens from %d latents: %.1f %% generated freely%s",
          passage.segment(),
          passage.tokens(),
          passage.latents(),
          passage.share() * 100,
          scored(passage));
      output.line("%s", "    source  " + glimpse(passage.source()));
      output.line("%s", "    latents " + glimpse(passage.answer()));
    }
    output.line(
        "expand        segment %d: %s bytes, identical to the source",
        report.expansion().segment(), Units.count(report.expansion().bytes()));
  }

  private static String scored(DemoReport.Passage passage) {
    return passage.scored() == null
        ? ""
        : String.format(Locale.ROOT, ", %.1f %% each after the right ones", passage.scored() * 100);
  }

  /** Returns the beginning of a text on one line. */
  private static String glimpse(String text) {
    String line = text.strip().replaceAll("\\s+", " ");
    return line.length() <= GLIMPSE ? line : line.substring(0, GLIMPSE) + " ...";
  }

  private static List<String> reply(Reply reply, String how) {
    return row(
        "",
        "%s (%s, %s, %s positions)",
        reply.answer(),
        reply.exact() ? "exact" : "not exact",
        how,
        Units.count(reply.positions()));
  }

  private static List<String> firstToken(FirstToken latents) {
    return row(
        "first token",
        "cold %.2f s (compressing included), warm %.2f s, over %s positions",
        latents.coldSeconds(),
        latents.warmSeconds(),
        Units.count(latents.positions()));
  }

  private static List<String> uncompressed(DemoReport report) {
    FirstToken raw = report.uncompressed();
    if (raw == null) {
      return row("uncompressed", "does not fit the decoder's window");
    }
    return row(
        "uncompressed",
        "%.2f s, over %s positions: %.1f times the cold, %.1f times the warm",
        raw.coldSeconds(),
        Units.count(raw.positions()),
        raw.coldSeconds() / report.latents().coldSeconds(),
        raw.coldSeconds() / report.latents().warmSeconds());
  }

  private static List<String> row(String label, String format, Object... values) {
    return List.of(
        String.format(Locale.ROOT, "%-12s", label), String.format(Locale.ROOT, format, values));
  }
}
