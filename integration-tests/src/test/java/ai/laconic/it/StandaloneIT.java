package ai.laconic.it;

import ai.laconic.cli.client.Connection;
import ai.laconic.cli.standalone.Engine;
import ai.laconic.cli.standalone.Ready;
import ai.laconic.cli.standalone.Standalone;
import ai.laconic.cli.standalone.StandaloneOptions;
import ai.laconic.runtime.Golden;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** All tiers in one process, with the store in memory. */
class StandaloneIT extends EndToEndContract {
  private static Standalone standalone;
  private static Connection connection;

  @BeforeAll
  static void start() throws Exception {
    standalone =
        Standalone.start(
            new StandaloneOptions(
                List.of(Golden.checkpoint()),
                Engine.ONNX,
                Optional.empty(),
                "127.0.0.1",
                0,
                4096,
                4,
                Map.of("laconic.encoder.block-type", "fp32")));
    connection = Connection.open(standalone.gateway(), Optional.empty());
    Ready.await(connection, Duration.ofMinutes(2));
  }

  @AfterAll
  static void stop() {
    connection.close();
    standalone.close();
  }

  @Override
  Gateway gateway() {
    return new Gateway(connection);
  }
}
