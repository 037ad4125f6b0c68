package ai.laconic.it;

import static org.assertj.core.api.Assertions.assertThat;

import ai.laconic.cli.client.ExitCode;
import ai.laconic.cli.command.Laconic;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The main job with each nano model of the repository, on the demo's text. */
class DemoIT {
  private static final Path HOME = Path.of("..");

  @ParameterizedTest
  @ValueSource(ints = {4, 8, 16})
  void reallyWorks(int ratio) throws Exception {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int exitCode =
        Laconic.commandLine()
            .setOut(new PrintWriter(out, true))
            .setErr(new PrintWriter(err, true))
            .execute(
                "demo",
                "--json",
                "--file",
                HOME.resolve("demo/opticks.txt").toString(),
                "--slots",
                "1",
                "--model",
                HOME.resolve("models/nano-" + ratio + "x").toString());

    assertThat(exitCode).as(out + "\n" + err).isEqualTo(ExitCode.OK);
    JsonNode report = JsonMapper.builder().build().readTree(out.toString());
    JsonNode compression = report.path("compression");
    assertThat(compression.path("latents").intValue())
        .isBetween(
            compression.path("tokens").intValue() / ratio,
            compression.path("tokens").intValue() / (ratio - 1));
    assertThat(compression.path("againReused").intValue())
        .isEqualTo(compression.path("windows").intValue());
    JsonNode needle = report.path("needle");
    // At 16x a digit may be lost: that is what expanding is for.
    assertThat(needle.path(ratio == 16 ? "expanded" : "passage").path("answer").stringValue())
        .contains(needle.path("expected").stringValue());
    assertThat(report.path("readBack")).hasSize(3);
    assertThat(report.path("expansion").path("identical").booleanValue()).isTrue();
    assertThat(report.path("uncompressed").path("positions").intValue())
        .isGreaterThan(compression.path("tokens").intValue() * 9 / 10);
  }
}
