package ai.laconic.decoder.engine.triton;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import ai.laconic.decoder.engine.CountingModel;
import ai.laconic.decoder.engine.DecoderEngine;
import ai.laconic.decoder.engine.DecoderEngineContract;
import ai.laconic.decoder.engine.Generation;
import ai.laconic.decoder.engine.GenerationRequest;
import ai.laconic.decoder.engine.RecordingListener;
import ai.laconic.decoder.engine.SamplingSettings;
import ai.laconic.decoder.engine.ScoringRequest;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TritonEngineTest extends DecoderEngineContract {
  private final TritonHarness harness;

  TritonEngineTest() throws IOException {
    harness = new TritonHarness();
  }

  @Override
  protected DecoderEngine open(int slots, int queueLimit, Duration pauseLimit) {
    return harness.open(slots, MAX_POSITIONS, queueLimit, pauseLimit, Duration.ofMinutes(1));
  }

  @AfterEach
  void close() {
    harness.close();
  }

  @Test
  void cancellingReachesTriton() {
    RecordingListener listener = RecordingListener.taking(1);
    Generation generation =
        open(1, 1, Duration.ofMinutes(1))
            .generate(
                CountingModel.request(CountingModel.startingWith(0), 50),
                listener);
    await().until(() -> !listener.tokens().isEmpty());

    generation.cancel();

    await().until(() -> harness.triton.cancelled.get() == 1);
  }

  @Test
  void saysThatItCannotScore() {
    DecoderEngine engine = open(1, 1, Duration.ofMinutes(1));
    ScoringRequest request =
        new ScoringRequest(CountingModel.startingWith(0), new int[] {1}, Instant.MAX);

    assertThatThrownBy(engine::checkScores).hasMessageStartingWith("UNIMPLEMENTED: scoring");
    assertThatThrownBy(
            () -> engine.score(request, (index, logprob, first) -> {}, new RecordingListener()))
        .hasMessage(
            "UNIMPLEMENTED: scoring: not made by engine triton"
                + " (expected: a pool whose decoder runs engine onnx)");
  }

  @Test
  void isReadyWhileTheModelIs() throws InterruptedException {
    DecoderEngine engine = open(1, 1, Duration.ofMinutes(1));
    assertThat(engine.ready()).isTrue();

    harness.triton.modelReady = false;
    await().until(() -> !engine.ready());
    harness.triton.modelReady = true;
    await().until(engine::ready);
    harness.servers.get(0).kill();
    await().until(() -> !engine.ready());
  }
}
