package ai.laconic.decoder.engine.triton;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import ai.laconic.decoder.engine.CountingModel;
import ai.laconic.decoder.engine.DecodeTask;
import ai.laconic.decoder.engine.DecoderEngine;
import ai.laconic.decoder.engine.DecoderEngineContract;
import ai.laconic.decoder.engine.EngineRequest;
import ai.laconic.decoder.engine.Generation;
import ai.laconic.decoder.engine.RecordingListener;
import ai.laconic.servicekit.tenant.TenantId;
import java.io.IOException;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TritonEngineTest extends DecoderEngineContract {
  private final TritonHarness harness;

  TritonEngineTest() throws IOException {
    harness = new TritonHarness();
  }

  @Override
  protected DecoderEngine open(int slots) {
    return harness.open(slots, TritonHarness.LONG);
  }

  @Override
  protected DecoderEngine openSlow(int slots) {
    harness.triton.slow = true;
    return open(slots);
  }

  @AfterEach
  void close() {
    harness.close();
  }

  @Test
  void cancellingReachesTriton() {
    RecordingListener listener = new RecordingListener();
    Generation generation =
        openSlow(1).submit(CountingModel.request(CountingModel.startingWith(0), 50), listener);
    await().until(() -> !listener.tokens().isEmpty());

    generation.cancel();

    await().until(() -> harness.triton.cancelled.get() == 1);
  }

  @Test
  void saysThatItCannotScore() {
    DecoderEngine engine = open(1);
    EngineRequest request =
        CountingModel.startingWith(0)
            .request(
                TenantId.DEFAULT,
                new DecodeTask.Score(new int[] {1}),
                Instant.MAX,
                CountingModel.PLACEHOLDER);

    assertThatThrownBy(engine::checkScores).hasMessageStartingWith("UNIMPLEMENTED: scoring");
    assertThatThrownBy(() -> engine.submit(request, new RecordingListener()))
        .hasMessage(
            "UNIMPLEMENTED: scoring: not made by engine triton"
                + " (expected: a pool whose decoder runs engine onnx)");
  }

  @Test
  void isReadyWhileTheModelIs() throws InterruptedException {
    DecoderEngine engine = open(1);
    assertThat(engine.ready()).isTrue();

    harness.triton.modelReady = false;
    await().until(() -> !engine.ready());
    harness.triton.modelReady = true;
    await().until(engine::ready);
    harness.servers.get(0).kill();
    await().until(() -> !engine.ready());
  }
}
