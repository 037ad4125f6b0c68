package ai.laconic.it;

import ai.laconic.cli.client.Connection;
import ai.laconic.cli.standalone.Engine;
import ai.laconic.cli.standalone.Ready;
import ai.laconic.cli.standalone.Standalone;
import ai.laconic.cli.standalone.StandaloneOptions;
import ai.laconic.cli.standalone.Storage;
import ai.laconic.runtime.Golden;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;

/** All tiers in one process, with the store in memory. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class StandaloneIT extends EndToEndContract {
  private Standalone standalone;
  private Connection connection;

  /** Returns what encodes and decodes. */
  Engine engine() {
    return Engine.ONNX;
  }

  @BeforeAll
  void start() throws Exception {
    standalone =
        Standalone.start(
            new StandaloneOptions(
                List.of(Golden.checkpoint()),
                engine(),
                new Storage.Memory(),
                "127.0.0.1",
                0,
                4096,
                4,
                Map.of("laconic.encoder.block-type", "fp32")));
    connection = Connection.open(standalone.gateway(), Optional.empty());
    Ready.await(connection, Duration.ofMinutes(2));
  }

  @AfterAll
  void stop() {
    if (standalone != null) {
      connection.close();
      standalone.close();
    }
  }

  @Override
  Gateway gateway() {
    return new Gateway(connection);
  }
}
