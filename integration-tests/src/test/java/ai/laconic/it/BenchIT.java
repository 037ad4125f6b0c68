package ai.laconic.it;

import static org.assertj.core.api.Assertions.assertThat;

import ai.laconic.benchmarks.report.Report;
import ai.laconic.benchmarks.report.ReportText;
import ai.laconic.benchmarks.suite.Suite;
import ai.laconic.benchmarks.suite.Suites;
import ai.laconic.cli.client.ExitCode;
import ai.laconic.cli.command.Laconic;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import redis.embedded.RedisServer;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Every suite runs and reports ratios. Whether they are good ones is nothing that a test decides.
 */
class BenchIT {
  private static final Path HOME = Path.of("..");

  @TempDir Path folder;

  private static RedisServer redis;
  private static String redisUri;

  @BeforeAll
  static void startRedis() throws IOException {
    int port;
    try (ServerSocket free = new ServerSocket(0)) {
      port = free.getLocalPort();
    }
    redis = RedisServer.newRedisServer().port(port).setting("save \"\"").build();
    redis.start();
    redisUri = "redis://127.0.0.1:" + port;
  }

  @AfterAll
  static void stopRedis() throws IOException {
    redis.stop();
  }

  private record Result(int exitCode, String out, String err) {}

  private static Result bench(String... options) {
    List<String> arguments = new ArrayList<>(List.of("bench"));
    arguments.addAll(List.of(options));
    arguments.addAll(
        List.of(
            "--redis",
            redisUri,
            "--model",
            HOME.resolve("models/nano-4x").toString(),
            "--text",
            HOME.resolve("demo/opticks.txt").toString()));
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int exitCode =
        Laconic.commandLine()
            .setOut(new PrintWriter(out, true))
            .setErr(new PrintWriter(err, true))
            .execute(arguments.toArray(String[]::new));
    return new Result(exitCode, out.toString(), err.toString());
  }

  @Test
  void everySuiteReportsRatios() throws IOException {
    Path plots = folder.resolve("plots");
    Result result =
        bench("smoke", "--json", "--out", folder.toString(), "--plots", plots.toString());

    assertThat(result.exitCode()).as(result.err()).isEqualTo(ExitCode.OK);
    JsonNode reports = JsonMapper.shared().readTree(result.out()).path("reports");
    assertThat(StreamSupport.stream(reports.spliterator(), false))
        .extracting(report -> report.path("suite").stringValue())
        .containsExactlyElementsOf(Suites.all().stream().map(Suite::name).toList());
    for (Suite suite : Suites.all()) {
      Report report = ReportText.read(folder.resolve(suite.name() + ".json"));
      assertThat(report.smoke()).isTrue();
      assertThat(report.leftOut()).isEmpty();
      assertThat(report.versions()).containsKeys("laconic", "java", "onnxruntime");
      assertThat(report.figures())
          .as(suite.name())
          .isNotEmpty()
          .allSatisfy(figure -> assertThat(figure.values()).hasSize(1))
          .anySatisfy(figure -> assertThat(figure.ratios()).isNotEmpty());
      assertThat(
              report.figures().stream()
                  .flatMap(figure -> figure.ratios().stream())
                  .map(ratio -> ratio.spread().median()))
          .as(suite.name())
          .allSatisfy(ratio -> assertThat(ratio).isFinite().isPositive());
    }
    try (Stream<Path> drawn = Files.list(plots)) {
      assertThat(drawn.map(file -> file.getFileName().toString()))
          .contains("ttft-new.svg", "decode.svg", "growth.svg");
    }
  }

  @Test
  void aSuiteThatWasMeasuredIsNotMeasuredAgain() throws IOException {
    bench("score", "--rounds", "1", "--out", folder.toString());
    Path file = folder.resolve("score.json");
    String first = Files.readString(file);

    Result again = bench("score", "--resume", "--out", folder.toString());

    assertThat(again.exitCode()).as(again.err()).isEqualTo(ExitCode.OK);
    assertThat(again.out()).contains("times generated", "seed 1, 1 rounds");
    assertThat(file).hasContent(first);
  }

  @Test
  void refusesWhatMakesNoSenseBeforeAnythingStarts() {
    assertThat(bench("speed").err())
        .contains("suite: speed (expected: all, smoke, or of [ttft, encode,");
    assertThat(bench("ttft", "--peers", "ollama").err())
        .contains("--peers: ollama (expected: of [vllm, llama.cpp])");
    assertThat(bench("ttft", "--resume").err()).contains("--resume: no reports (expected: --out");
    assertThat(bench("smoke", "--write-docs").err()).contains("--write-docs: smoke (expected:");
    assertThat(bench("ttft", "--tokens", "10").err()).contains("--tokens: 10 (expected: 64 or");
    assertThat(bench("ttft", "--rounds", "0").exitCode()).isEqualTo(ExitCode.USAGE);
    assertThat(bench("ttft", "--text", "none.txt").exitCode()).isEqualTo(ExitCode.USAGE);
  }
}
