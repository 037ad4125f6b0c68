package ai.laconic.cli.command;

import ai.laconic.benchmarks.BenchmarkPlan;
import ai.laconic.benchmarks.Benchmarks;
import ai.laconic.benchmarks.peer.PeerKind;
import ai.laconic.benchmarks.report.DocsPage;
import ai.laconic.benchmarks.report.Report;
import ai.laconic.benchmarks.report.ReportFolder;
import ai.laconic.benchmarks.report.ReportText;
import ai.laconic.benchmarks.suite.Sizes;
import ai.laconic.benchmarks.suite.Suite;
import ai.laconic.benchmarks.suite.Suites;
import ai.laconic.cli.bench.StandaloneSystems;
import ai.laconic.cli.client.ExitCode;
import ai.laconic.runtime.model.ModelDirectoryException;
import ai.laconic.runtime.tokenizer.TokenizerException;
import ai.laconic.triton.server.TritonInstallation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "bench",
    description = "Measure speed and memory side by side: every figure is a ratio of one run.",
    mixinStandardHelpOptions = true)
final class BenchCommand implements Callable<Integer> {
  @Mixin LocalOptions local = new LocalOptions();

  @Mixin SystemFlags system = new SystemFlags();

  @Parameters(
      paramLabel = "SUITE",
      description =
          "Of ttft, encode, decode, score, gateway, memory, growth, edit, cache; all, or smoke: all"
              + " of them as small as can be.")
  String suite = "";

  @Option(
      names = "--text",
      paramLabel = "FILE",
      description = "A text in UTF-8; default: the first part of Newton's Opticks.")
  @Nullable Path text;

  @Option(
      names = "--tokens",
      split = ",",
      paramLabel = "N",
      converter = WholeNumber.Positive.class,
      description = "Lengths of the texts of ttft; default 1000,4000,16000,30000.")
  List<Integer> tokens = List.of();

  @Option(names = "--all", description = "Let growth go up to 1,000,000 tokens.")
  boolean all;

  @Option(
      names = "--rounds",
      paramLabel = "N",
      converter = WholeNumber.Positive.class,
      description = "Times that each is measured; default 3, and 1 of smoke.")
  @Nullable Integer rounds;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "1",
      description = "Chooses the texts; default ${DEFAULT-VALUE}.")
  long seed = 1;

  @Option(
      names = "--peers",
      split = ",",
      paramLabel = "NAME",
      description =
          "Other engines to compare with, installed by a first use: vllm (6 GB), llama.cpp (0.2"
              + " GB).")
  List<String> peers = List.of();

  @Option(
      names = "--redis",
      paramLabel = "URI",
      description =
          "A Redis that cache may write to; default: the redis-server of this machine, started for"
              + " it.")
  @Nullable String redis;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "Keep each suite's report here, as JSON and in Markdown.")
  @Nullable Path out;

  @Option(
      names = "--resume",
      description = "Take the reports that --out has, and measure only the other suites.")
  boolean resume;

  @Option(names = "--plots", paramLabel = "DIR", description = "Draw plots (SVG) here.")
  @Nullable Path plots;

  @Option(
      names = "--write-docs",
      description = "Put tables and plots into docs/performance.md and docs/plots.")
  boolean writeDocs;

  @Override
  public Integer call()
      throws IOException, InterruptedException, ModelDirectoryException, TokenizerException {
    List<Suite> suites = Suites.named(suite);
    StandaloneSystems.quietUntilStarted();
    Benchmarks benchmarks =
        new Benchmarks(
            plan(),
            new StandaloneSystems(system.settings),
            InstantSource.system(),
            local.output()::step);
    Optional<ReportFolder> kept = Optional.ofNullable(out).map(ReportFolder::new);
    List<Report> reports = new ArrayList<>();
    for (Suite each : suites) {
      Optional<Report> before =
          resume && kept.isPresent() ? kept.get().find(each.name()) : Optional.empty();
      Report report = before.isPresent() ? before.get() : benchmarks.run(each);
      if (kept.isPresent() && before.isEmpty()) {
        kept.get().store(report);
      }
      draw(each, report);
      reports.add(report);
      if (!local.json) {
        print(report);
      }
    }
    if (local.json) {
      local.output().json(Map.of("reports", reports));
    }
    return ExitCode.OK;
  }

  private BenchmarkPlan plan() throws IOException {
    boolean smoke = suite.equals(Suites.SMOKE);
    if (resume && out == null) {
      throw new IllegalArgumentException("--resume: no reports (expected: --out DIR)");
    }
    if (writeDocs && smoke) {
      throw new IllegalArgumentException("--write-docs: " + suite + " (expected: a real run)");
    }
    Sizes sizes = smoke ? Sizes.smoke() : Sizes.full();
    if (!tokens.isEmpty()) {
      sizes = sizes.withTextTokens(tokens.stream().sorted().distinct().toList());
    }
    if (all) {
      List<Integer> more = new ArrayList<>(sizes.contextTokens());
      more.add(1_000_000);
      sizes = sizes.withContextTokens(more);
    }
    Path source = text == null ? StandaloneFlags.defaultText() : text;
    return new BenchmarkPlan(
        system.checkpoints(),
        Files.readString(InputFile.checked(source)),
        sizes,
        rounds == null ? (smoke ? 1 : 3) : rounds,
        seed,
        smoke,
        peerKinds(),
        StandaloneFlags.models().resolve("peers"),
        TritonInstallation.defaultCache().resolve("peers"),
        Optional.ofNullable(redis));
  }

  private Set<PeerKind> peerKinds() {
    Set<PeerKind> kinds = EnumSet.noneOf(PeerKind.class);
    peers.forEach(name -> kinds.add(PeerKind.of(name)));
    return kinds;
  }

  private void draw(Suite each, Report report) throws IOException {
    if (plots != null) {
      ReportFolder.plot(plots, report, each.charts());
    }
    if (writeDocs) {
      Path docs = StandaloneFlags.home().resolve("docs");
      List<String> files = ReportFolder.plot(docs.resolve("plots"), report, each.charts());
      List<String> links = files.stream().map(file -> "plots/" + file).toList();
      DocsPage.write(docs.resolve("performance.md"), report, links);
    }
  }

  private void print(Report report) {
    Output output = local.output();
    output.line("%s", ReportText.summary(report));
    output.line("");
    output.table(ReportText.table(report));
    for (String remark : ReportText.remarks(report)) {
      output.line("- %s", remark);
    }
    output.line("");
  }
}
