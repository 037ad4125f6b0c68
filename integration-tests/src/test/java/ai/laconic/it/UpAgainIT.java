package ai.laconic.it;

import static org.assertj.core.api.Assertions.assertThat;

import ai.laconic.cli.Main;
import ai.laconic.cli.client.Connection;
import ai.laconic.runtime.Golden;
import ai.laconic.v1.Context;
import ai.laconic.v1.DescribeContextRequest;
import ai.laconic.v1.Segment;
import java.io.BufferedReader;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code laconic up} once more, over the data of one that was killed. */
class UpAgainIT {
  private static final Pattern GATEWAY = Pattern.compile("gateway +(127\\.0\\.0\\.1:\\d+)");
  private static final String TEXT = "Down, down, down. Would the fall never come to an end?";

  @TempDir private Path folder;
  private Process process;
  private String gateway = "";

  @BeforeEach
  void start() throws Exception {
    process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName(),
                "up",
                "--data",
                folder.resolve("data").toString(),
                "--model",
                Golden.checkpoint().toString(),
                "--port",
                "0",
                "--max-positions",
                "512")
            .redirectError(folder.resolve("up.log").toFile())
            .start();
    BufferedReader output = process.inputReader();
    String line = output.readLine();
    while (line != null && !line.startsWith("ready")) {
      Matcher address = GATEWAY.matcher(line);
      if (address.matches()) {
        gateway = address.group(1);
      }
      line = output.readLine();
    }
    assertThat(line).isNotNull();
  }

  @AfterEach
  void stop() throws Exception {
    process.destroyForcibly().waitFor();
  }

  @Test
  void keepsContextsThroughTheDeathOfItsProcess() throws Exception {
    Context made;
    try (Connection connection = Connection.open(gateway, Optional.empty())) {
      made = new Gateway(connection).compress(TEXT);
    }
    stop();
    start();

    try (Connection connection = Connection.open(gateway, Optional.empty())) {
      assertThat(
              connection
                  .contexts()
                  .describeContext(
                      DescribeContextRequest.newBuilder().setContextId(made.getId()).build()))
          .isEqualTo(made);
      Gateway client = new Gateway(connection);
      assertThat(client.ask(4, Gateway.context(made, 0)).finished().getUsage().getPromptPositions())
          .as("its source text is there")
          .isPositive();
      assertThat(client.compress(TEXT).getSegmentsList())
          .as("its latents are there, under the same IDs")
          .allMatch(Segment::getReused);
    }
  }
}
