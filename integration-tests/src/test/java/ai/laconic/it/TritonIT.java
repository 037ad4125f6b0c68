package ai.laconic.it;

import ai.laconic.cli.client.Connection;
import ai.laconic.cli.standalone.Engine;
import ai.laconic.cli.standalone.Ready;
import ai.laconic.cli.standalone.Standalone;
import ai.laconic.cli.standalone.StandaloneOptions;
import ai.laconic.runtime.Golden;
import ai.laconic.triton.server.RealTriton;
import ai.laconic.v1.ScoreRequest;
import io.grpc.Status;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** All tiers in one process, with encoder and decoder in a real Triton server. */
class TritonIT extends EndToEndContract {
  private static Standalone standalone;
  private static Connection connection;

  @BeforeAll
  static void start() throws Exception {
    RealTriton.installation();
    standalone =
        Standalone.start(
            new StandaloneOptions(
                List.of(Golden.checkpoint()),
                Engine.TRITON,
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
    if (standalone != null) {
      connection.close();
      standalone.close();
    }
  }

  @Override
  @Test
  void scoresAnAnswer() {
    ScoreRequest request =
        ScoreRequest.newBuilder()
            .setRatio(Gateway.RATIO)
            .addAllTurns(Gateway.request(1, List.of(Gateway.raw("Go on."))).getTurnsList())
            .setContinuation("It went on.")
            .build();

    assertRefused(
        () -> gateway().connection().generation().score(request),
        Status.Code.UNIMPLEMENTED,
        "a pool whose decoder runs engine onnx");
  }

  @Override
  Gateway gateway() {
    return new Gateway(connection);
  }
}
