package ai.laconic.it;

import static org.assertj.core.api.Assertions.assertThat;

import ai.laconic.cli.client.ExitCode;
import ai.laconic.cli.command.Laconic;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The demo with the nano models of the repository. */
class DemoIT {
  private static final Path HOME = Path.of("..");
  private static final Path OPTICKS = HOME.resolve("demo/opticks.txt");
  private static final int CHARACTERS = 12_000;

  @TempDir Path folder;

  private record Result(int exitCode, String out, String err) {}

  /** Runs it on the beginning of its own text, with one slot for each decoder. */
  private Result demo(String... arguments) throws Exception {
    Path text =
        Files.writeString(
            folder.resolve("some.txt"), Files.readString(OPTICKS).substring(0, CHARACTERS));
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    List<String> all = new ArrayList<>(List.of("demo", "--slots", "1"));
    for (int ratio : new int[] {4, 8, 16}) {
      all.addAll(List.of("--model", HOME.resolve("models/nano-" + ratio + "x").toString()));
    }
    all.addAll(List.of("--file", text.toString()));
    all.addAll(List.of(arguments));
    int exitCode =
        Laconic.commandLine()
            .setOut(new PrintWriter(out, true))
            .setErr(new PrintWriter(err, true))
            .execute(all.toArray(String[]::new));
    return new Result(exitCode, out.toString(), err.toString());
  }

  @Test
  void comparesAllRatiosWithTheUncompressedText() throws Exception {
    Result result = demo("--json");

    assertThat(result.exitCode()).as(result.toString()).isEqualTo(ExitCode.OK);
    JsonNode report = JsonMapper.builder().build().readTree(result.out());
    assertThat(report.path("compressed")).hasSize(3);
    int expected = 4;
    for (JsonNode row : report.path("compressed")) {
      int ratio = row.path("ratio").intValue();
      assertThat(ratio).isEqualTo(expected);
      expected *= 2;
      int tokens = row.path("tokens").intValue();
      assertThat(row.path("latents").intValue()).isBetween(tokens / ratio, tokens / (ratio - 1));
      assertThat(report.at("/uncompressed/tokens").intValue()).isGreaterThan(tokens * 9 / 10);
      // At 16x a digit may be lost: that is what expanding is for.
      if (ratio < 16) {
        assertThat(row.at("/first/right").booleanValue()).as(row.toString()).isTrue();
        assertThat(row.at("/second/right").booleanValue()).as(row.toString()).isTrue();
      } else if (row.has("expanded")) {
        assertThat(row.at("/expanded/right").booleanValue()).isTrue();
      }
      assertThat(row.at("/second/question")).isNotEqualTo(row.at("/first/question"));
      assertThat(row.at("/second/cachedPositions").intValue())
          .as("all latents are held, the last position of a prompt never is")
          .isBetween(
              row.path("latents").intValue(), row.at("/second/promptPositions").intValue() - 1);
      assertThat(row.path("coldSeconds").doubleValue())
          .isGreaterThan(row.path("warmSeconds").doubleValue());
      assertThat(row.at("/faster/warm").doubleValue()).isPositive();
    }
    assertThat(report.at("/again/reused")).isEqualTo(report.at("/again/windows"));
    assertThat(report.at("/readBack/scored").doubleValue()).isGreaterThan(0.9);
    assertThat(report.at("/expansion/identical").booleanValue()).isTrue();
  }

  @Test
  void printsOneTableForAPersonWithTheRatioThatIsAskedFor() throws Exception {
    Result result = demo("--ratio", "8");

    assertThat(result.exitCode()).as(result.toString()).isEqualTo(ExitCode.OK);
    assertThat(result.out())
        .containsPattern("TOKENS +LATENTS +STORED +DECODER KV +COLD +WARM +KEPT +HELD +NEEDLES\n")
        .containsPattern("\nuncompressed +[0-9,]+ +- ")
        .containsPattern("\n8x +[0-9,]+ +[0-9,]+ .* right, right\n")
        .doesNotContain("\n4x")
        .contains("identical to the source");
    assertThat(result.out().lines().reduce((before, last) -> last).orElseThrow())
        .startsWith("at 8x, ");
  }

  @Test
  void refusesARatioThatNoModelHas() throws Exception {
    Result result = demo("--ratio", "5");

    assertThat(result.exitCode()).isEqualTo(ExitCode.USAGE);
    assertThat(result.err()).isEqualTo("error: --ratio: 5 (expected: one of [4, 8, 16])\n");
  }
}
