package ai.laconic.it;

import static org.assertj.core.api.Assertions.assertThat;

import ai.laconic.cli.client.ExitCode;
import ai.laconic.cli.command.Laconic;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * No checkpoint of the repository answers worse than it did when it was added. What it did stands
 * beside it, as the command wrote it; docs/evaluation.md says how to write it anew.
 */
class EvaluateIT {
  private static final Path HOME = Path.of("..");
  private static final String EXPECTED = "evaluation-quick.json";

  /**
   * How much worse a value may be. Shares of tokens are means over hundreds, shares of questions
   * over a dozen, of which three may tip over when sums are added in another order.
   */
  private static final Map<String, Double> MARGINS =
      Map.of(
          "tokens", 0.03,
          "characters", 0.1,
          "loss", 0.1,
          "similarity", 0.15,
          "whole", 0.25,
          "exact", 0.25,
          "begins", 0.25,
          "digits", 0.25,
          "answers", 0.25,
          "chunks", 0.25);

  private static final JsonMapper JSON = JsonMapper.builder().build();

  @TempDir static Path folder;

  private record Result(int exitCode, String out, String err) {}

  static List<Path> models() throws IOException {
    try (Stream<Path> all = Files.list(HOME.resolve("models"))) {
      return all.filter(model -> Files.exists(model.resolve(EXPECTED))).sorted().toList();
    }
  }

  private static Result evaluate(Path model, String... options) {
    List<String> arguments = new ArrayList<>(List.of("evaluate", "--model", model.toString()));
    arguments.addAll(List.of("--text", HOME.resolve("demo/opticks.txt").toString()));
    arguments.addAll(List.of(options));
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int exitCode =
        Laconic.commandLine()
            .setOut(new PrintWriter(out, true))
            .setErr(new PrintWriter(err, true))
            .execute(arguments.toArray(String[]::new));
    return new Result(exitCode, out.toString(), err.toString());
  }

  @ParameterizedTest
  @MethodSource("models")
  void answersAsWellAsItDid(Path model) throws IOException {
    JsonNode expected = JSON.readTree(Files.readString(model.resolve(EXPECTED)));
    assertThat(expected.path("quick").booleanValue()).as("written with --quick").isTrue();
    String measures =
        rows(expected)
            .map(row -> row.path("measure").stringValue())
            .distinct()
            .collect(Collectors.joining(","));

    Result result =
        evaluate(
            model,
            "--quick",
            "--json",
            "--only",
            measures,
            "--samples",
            expected.path("factor").toString(),
            "--seed",
            expected.path("seed").toString());

    assertThat(result.exitCode()).as(result.err()).isEqualTo(ExitCode.OK);
    JsonNode actual = JSON.readTree(result.out());
    assertThat(actual.path("fingerprint"))
        .as("the checkpoint that %s was written for", EXPECTED)
        .isEqualTo(expected.path("fingerprint"));
    Map<String, JsonNode> values =
        rows(actual).collect(Collectors.toMap(EvaluateIT::key, row -> row.path("values")));
    rows(expected)
        .forEach(
            row -> {
              JsonNode measured =
                  Objects.requireNonNull(values.get(key(row)), () -> key(row) + ": not measured");
              for (Map.Entry<String, JsonNode> value : row.path("values").properties()) {
                check(
                    key(row) + " " + value.getKey(),
                    value.getKey(),
                    measured.path(value.getKey()).doubleValue(),
                    value.getValue().doubleValue());
              }
            });
  }

  private static Stream<JsonNode> rows(JsonNode report) {
    return StreamSupport.stream(report.path("rows").spliterator(), false);
  }

  private static String key(JsonNode row) {
    return Stream.of("measure", "variant", "tokens", "samples")
        .map(field -> row.path(field).asString())
        .collect(Collectors.joining(" "));
  }

  private static void check(String what, String name, double actual, double expected) {
    Double margin = MARGINS.get(name);
    if (margin == null) {
      return;
    }
    if (name.equals("loss")) {
      assertThat(actual).as(what).isLessThanOrEqualTo(expected + margin);
    } else {
      assertThat(actual).as(what).isGreaterThanOrEqualTo(expected - margin);
    }
  }

  @Test
  void storesAReportForPeopleAndForMachines() throws IOException {
    Path markdown = folder.resolve("report.md");
    Path json = folder.resolve("report.json");

    Result result =
        evaluate(
            HOME.resolve("models/nano-4x"),
            "--quick",
            "--only",
            "reconstruction",
            "--samples",
            "0.1",
            "--max-positions",
            "1200",
            "--out",
            markdown.toString(),
            "--out",
            json.toString());

    assertThat(result.exitCode()).as(result.err()).isEqualTo(ExitCode.OK);
    assertThat(result.out())
        .contains("nano-4x at 4x")
        .containsPattern("reconstruction +scored +256 +1 +tokens (0\\.\\d+|1\\.0+), whole")
        .contains("left out: reconstruction scored, 1024 tokens, 1 texts: ");
    assertThat(result.err()).contains(". reconstruction scored, 256 tokens, 1 texts");
    assertThat(Files.readString(markdown)).contains("| reconstruction | scored | 64 | 1 | tokens");
    assertThat(rows(JSON.readTree(Files.readString(json)))).hasSize(4);
  }

  @Test
  void refusesWhatMakesNoSenseBeforeAnythingStarts() {
    Path model = HOME.resolve("models/nano-4x");
    assertThat(evaluate(model, "--only", "speed").err()).contains("--only: speed (expected: of [");
    assertThat(evaluate(model, "--samples", "0").err()).contains("--samples: 0.0 (expected:");
    assertThat(evaluate(model, "--out", "report.txt").err())
        .contains("--out: report.txt (expected: a .json or .md file)");
    assertThat(evaluate(model, "--model", "other").err())
        .contains("--model: 2 (expected: one checkpoint directory)");
    assertThat(evaluate(folder.resolve("none")).exitCode()).isEqualTo(ExitCode.USAGE);
  }
}
