package ai.laconic.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import ai.laconic.runtime.Golden;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class ModelsCommandTest {
  @TempDir Path temp;

  private record Result(int exitCode, String out, String err) {
    JsonNode json() {
      return JsonMapper.shared().readTree(out);
    }

    String lastLine() {
      String[] lines = out.strip().split("\n");
      return lines[lines.length - 1];
    }
  }

  @Test
  void listsWhatIsServedAndWhyTheRestIsNot() throws Exception {
    Golden.copyTo(temp.resolve("good"));
    Files.createDirectories(temp.resolve("bad/encoder"));

    Result list = run("list", temp.toString());

    assertThat(list.exitCode()).isZero();
    assertThat(list.out())
        .containsPattern("NAME +RATIO +PARAMETERS +SIZE +LATENT +WINDOW +FINGERPRINT")
        .containsPattern("good +4x +[0-9,]+ +[0-9.]+ KiB +80 +64 +[0-9a-f]{12}\n")
        .contains("not served: " + temp.resolve("bad") + ": model_config.json: missing");
    JsonNode json = run("list", temp.toString(), "--json").json();
    assertThat(json.at("/models/0/name").stringValue()).isEqualTo("good");
    assertThat(json.at("/models/0/fingerprint").stringValue()).hasSize(64);
    assertThat(json.path("refused")).hasSize(1);
  }

  @Test
  void listsTheRepositorysModelsUnlessToldOtherwise() throws Exception {
    Golden.copyTo(temp.resolve("models/mine"));
    String before = System.getProperty("laconic.home");
    System.setProperty("laconic.home", temp.toString());
    try {
      assertThat(run("list").out()).contains("mine");
    } finally {
      if (before == null) {
        System.clearProperty("laconic.home");
      } else {
        System.setProperty("laconic.home", before);
      }
    }
  }

  @Test
  void explainsAModel() {
    Result show =
        run("show", Golden.checkpoint().toString(), "--slots", "2", "--max-positions", "2048");

    assertThat(show.exitCode()).isZero();
    assertThat(show.out())
        .contains("tiny-4x: 4x, windows of 64 tokens, latents of 80 numbers")
        .containsPattern("encoder +74,944 +148.6 KiB +BF16")
        .containsPattern("decoder KV, read as text +384 B")
        .containsPattern("decoder KV, read as latents +96 B")
        .containsPattern("decoder KV, 2 slots of 2,048 positions, at most +1.5 MiB")
        .containsPattern("golden.json +none");
    JsonNode json = run("show", Golden.checkpoint().toString(), "--json").json();
    assertThat(json.at("/decoderConfig/tiedEmbeddings").booleanValue()).isTrue();
    assertThat(json.at("/memory/slots").intValue()).isEqualTo(8);
    assertThat(json.at("/memory/positions").intValue())
        .as("as up serves it: at most the model's own")
        .isEqualTo(Math.min(32_768, json.at("/decoderConfig/maxPositions").intValue()));
  }

  @Test
  void refusesToExplainWhatIsNoModel() {
    Result show = run("show", temp.toString());

    assertThat(show.exitCode()).isEqualTo(2);
    assertThat(show.err()).contains("model_config.json: missing (expected: a file)");
    assertThat(run("show").exitCode()).isEqualTo(2);
  }

  @Test
  void verifiesWithGoldenVectors() throws Exception {
    Path model = golden();

    Result verify = run("verify", model.toString());

    assertThat(verify.exitCode()).isZero();
    assertThat(verify.out()).contains("LARGEST DIFFERENCE <= 1.0e-04").contains("64 of 64");
    assertThat(verify.lastLine())
        .isEqualTo("PASSED: m, 6 of 6 spans and 3 of 3 prompts pass, 192 of 192 tokens equal");
    Files.writeString(
        model.resolve("golden.json"),
        Files.readString(model.resolve("golden.json")).replaceFirst("\"ids\": ?\\[", "$0 1, "));
    Result broken = run("verify", model.toString());
    assertThat(broken.exitCode()).isEqualTo(1);
    assertThat(broken.lastLine()).startsWith("FAILED: ");
  }

  @Test
  void saysThatNothingWasComparedWithoutThem() {
    Result verify = run("verify", Golden.checkpoint().toString());

    assertThat(verify.exitCode()).isZero();
    assertThat(verify.out()).contains("no golden.json").contains("all finite; read ");
    assertThat(verify.lastLine()).isEqualTo("PASSED, nothing was compared: tiny-4x");
    JsonNode json = run("verify", Golden.checkpoint().toString(), "--json").json();
    assertThat(json.path("passed").booleanValue()).isTrue();
    assertThat(json.path("compared").booleanValue()).isFalse();
  }

  @Test
  void failsADirectoryThatCannotBeOpened() {
    Result verify = run("verify", temp.toString());

    assertThat(verify.exitCode()).isEqualTo(1);
    assertThat(verify.lastLine())
        .isEqualTo("FAILED: model_config.json: missing (expected: a file)");
    assertThat(run("verify", temp.toString(), "--json").json().path("passed").booleanValue())
        .isFalse();
  }

  private Path golden() throws IOException {
    Path model = Golden.copyTo(temp.resolve("m"));
    try (InputStream vectors = Golden.class.getResourceAsStream("/golden/tiny-4x/golden.json")) {
      Files.copy(Objects.requireNonNull(vectors), model.resolve("golden.json"));
    }
    return model;
  }

  private static Result run(String... arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    CommandLine commandLine =
        Laconic.commandLine().setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
    String[] all = new String[arguments.length + 1];
    all[0] = "models";
    System.arraycopy(arguments, 0, all, 1, arguments.length);
    return new Result(commandLine.execute(all), out.toString(), err.toString());
  }
}
