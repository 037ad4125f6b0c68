package ai.laconic.it;

import ai.laconic.cli.standalone.Engine;
import ai.laconic.triton.server.RealTriton;
import ai.laconic.v1.ScoreRequest;
import io.grpc.Status;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** All tiers in one process, with encoder and decoder in a real Triton server. */
class TritonIT extends StandaloneIT {
  @BeforeAll
  @Override
  void start() throws Exception {
    RealTriton.installation();
    super.start();
  }

  @Override
  Engine engine() {
    return Engine.TRITON;
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
}
