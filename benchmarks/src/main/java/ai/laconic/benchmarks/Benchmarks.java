package ai.laconic.benchmarks;

import ai.laconic.benchmarks.figure.Figure;
import ai.laconic.benchmarks.peer.Peers;
import ai.laconic.benchmarks.report.Machine;
import ai.laconic.benchmarks.report.Report;
import ai.laconic.benchmarks.served.Stopwatch;
import ai.laconic.benchmarks.served.SystemStarter;
import ai.laconic.benchmarks.suite.Suite;
import ai.laconic.benchmarks.suite.Workbench;
import ai.laconic.benchmarks.text.SourceTexts;
import ai.laconic.runtime.model.ModelDirectory;
import ai.laconic.runtime.model.ModelDirectoryException;
import ai.laconic.runtime.tokenizer.TextTokenizer;
import ai.laconic.runtime.tokenizer.TokenizerException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;

/** Runs suites and reports what they found. */
public final class Benchmarks {
  private static final String VERSIONS = "versions.properties";

  private final BenchmarkPlan plan;
  private final SystemStarter systems;
  private final InstantSource clock;
  private final Consumer<String> announce;

  /**
   * @param systems starts what is measured
   * @param announce told before each measurement
   */
  public Benchmarks(
      BenchmarkPlan plan, SystemStarter systems, InstantSource clock, Consumer<String> announce) {
    this.plan = plan;
    this.systems = systems;
    this.clock = clock;
    this.announce = announce;
  }

  /** Runs one suite. */
  public Report run(Suite suite)
      throws IOException, InterruptedException, ModelDirectoryException, TokenizerException {
    Instant time = clock.instant().truncatedTo(ChronoUnit.SECONDS);
    Machine machine = Machine.now();
    Stopwatch watch = new Stopwatch();
    List<String> leftOut = new ArrayList<>();
    // A note on every round is one note.
    Set<String> notes = new LinkedHashSet<>();
    Peers peers =
        new Peers(plan.peers(), plan.peerScripts(), plan.peerCache(), announce, leftOut::add);
    List<ModelDirectory> models = new ArrayList<>();
    Map<String, String> fingerprints = new TreeMap<>();
    for (Path path : plan.models()) {
      ModelDirectory model = ModelDirectory.open(path);
      models.add(model);
      fingerprints.put(model.name(), model.fingerprint().toString());
    }
    List<Figure> figures;
    try (TextTokenizer tokenizer = TextTokenizer.open(models.get(0).encoderTokenizerFile())) {
      SourceTexts texts = new SourceTexts(plan.source(), tokenizer, plan.seed());
      figures =
          suite.run(
              new Workbench(
                  systems,
                  models,
                  texts,
                  peers,
                  plan.redis(),
                  plan.sizes(),
                  plan.rounds(),
                  announce,
                  notes::add));
    }
    return new Report(
        Report.SCHEMA,
        suite.name(),
        time.toString(),
        Math.round(watch.seconds() * 10) / 10.0,
        machine,
        versions(peers),
        fingerprints,
        plan.seed(),
        plan.rounds(),
        plan.smoke(),
        figures,
        leftOut,
        List.copyOf(notes));
  }

  private static Map<String, String> versions(Peers peers) throws IOException {
    Properties ours = new Properties();
    try (InputStream file =
        Objects.requireNonNull(Benchmarks.class.getResourceAsStream(VERSIONS), VERSIONS)) {
      ours.load(file);
    }
    Map<String, String> versions = new TreeMap<>(peers.versions());
    ours.forEach((name, version) -> versions.put(name.toString(), version.toString()));
    versions.put("java", Runtime.version().toString());
    return versions;
  }
}
