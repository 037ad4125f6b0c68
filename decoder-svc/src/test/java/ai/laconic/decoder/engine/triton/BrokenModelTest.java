package ai.laconic.decoder.engine.triton;

import static ai.laconic.decoder.engine.CountingModel.startingWith;
import static ai.laconic.decoder.engine.triton.FakeTriton.error;
import static ai.laconic.decoder.engine.triton.FakeTriton.saying;
import static ai.laconic.decoder.engine.triton.FakeTriton.tokens;
import static ai.laconic.decoder.engine.triton.TritonHarness.LONG;
import static ai.laconic.decoder.engine.triton.TritonHarness.awaitEnd;
import static ai.laconic.decoder.engine.triton.TritonHarness.awaitReady;
import static ai.laconic.decoder.engine.triton.TritonHarness.problem;
import static ai.laconic.decoder.engine.triton.TritonHarness.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import ai.laconic.decoder.engine.RecordingListener;
import ai.laconic.inference.ModelStreamInferResponse;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Models that fail whatever they are asked, while their servers stay ready. */
class BrokenModelTest {
  private static final FakeTriton.Behaviour DEAD = saying(error("Stub process is not healthy."));

  private final AtomicReference<Instant> now =
      new AtomicReference<>(Instant.parse("2030-01-01T00:00:00Z"));
  private final TritonHarness harness;
  private final FakeTriton.Behaviour well;

  BrokenModelTest() throws IOException {
    harness = new TritonHarness(2);
    harness.clock = now::get;
    well = harness.triton.behaviour;
  }

  @AfterEach
  void close() {
    harness.close();
  }

  private void pass(Duration time) {
    now.updateAndGet(before -> before.plus(time));
  }

  private static RecordingListener generate(TritonEngine engine) {
    RecordingListener listener = new RecordingListener();
    engine.submit(request(startingWith(3), 2), listener);
    awaitEnd(listener);
    return listener;
  }

  /** Opens an engine with the first server alone. */
  private TritonEngine openWithOne() {
    harness.triton(1).modelReady = false;
    TritonEngine engine = harness.openUnready();
    awaitReady(engine, 1);
    return engine;
  }

  @Test
  void drawOneGenerationAndNoMore() {
    harness.triton.behaviour = DEAD;
    TritonEngine engine = harness.open();

    for (int i = 0; i < 6; i++) {
      assertThat(generate(engine).tokens()).containsExactly(3, 4);
    }

    assertThat(harness.triton(0).requests).hasSize(1);
    assertThat(harness.triton(1).requests).hasSize(6);
    assertThat(engine.readyServers()).isEqualTo(1);
  }

  @Test
  void areTriedAgainLaterAndLater() {
    harness.triton.behaviour = DEAD;
    TritonEngine engine = openWithOne();

    assertThat(problem(generate(engine))).startsWith("UNAVAILABLE: engine: triton: after 0 tokens");
    assertThat(engine.ready()).isFalse();
    pass(Duration.ofSeconds(1));
    assertThat(engine.ready()).isTrue();
    generate(engine);
    pass(Duration.ofSeconds(1));

    assertThat(engine.ready()).isFalse();
    assertThatThrownBy(engine::checkAvailable)
        .hasMessage("UNAVAILABLE: engine: triton: 0 of 2 servers ready (expected: 1 or more)");
    pass(Duration.ofSeconds(1));
    assertThat(engine.ready()).isTrue();
  }

  @Test
  void areWellAgainWithTheFirstToken() {
    TritonEngine engine = openWithOne();
    for (int i = 0; i < 3; i++) {
      harness.triton.behaviour = DEAD;
      generate(engine);
      pass(Duration.ofSeconds(1));
      harness.triton.behaviour = well;
      assertThat(generate(engine).tokens()).containsExactly(3, 4);
    }
  }

  @Test
  void areNotBrokenWhileTheyProduceTokensForOthers() {
    TritonEngine engine = openWithOne();
    AtomicReference<StreamObserver<ModelStreamInferResponse>> stream = new AtomicReference<>();
    harness.triton.behaviour =
        (request, responses) -> {
          stream.set(responses);
          return () -> {};
        };
    engine.submit(request(startingWith(3), 9), new RecordingListener());
    await().until(() -> stream.get() != null);
    harness.triton.behaviour = DEAD;
    generate(engine);
    assertThat(engine.ready()).isFalse();

    Objects.requireNonNull(stream.get()).onNext(tokens(3));

    await().until(engine::ready);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "INVALID_ARGUMENT: INPUT_IDS: 0 ids (expected: 1 or more)",
        "OUT_OF_RANGE: prompt: 300 positions (expected: at most 200)",
        "RESOURCE_EXHAUSTED: generations waiting: 65 (expected: at most 64)",
        "DEADLINE_EXCEEDED: 3 s (expected: at most 2)"
      })
  void areNotThoseThatRefuseByName(String refusal) {
    harness.triton.behaviour = saying(error(refusal));
    TritonEngine engine = openWithOne();

    generate(engine);

    assertThat(engine.ready()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"INTERNAL: CUDA error", "UNAVAILABLE: engine: closed", "no words"})
  void areThoseThatFail(String failure) {
    harness.triton.behaviour = saying(error(failure));
    TritonEngine engine = openWithOne();

    generate(engine);

    assertThat(engine.ready()).isFalse();
  }

  @Test
  void areThoseThatEndTooSoon() {
    harness.triton.behaviour = saying();
    TritonEngine engine = openWithOne();

    generate(engine);

    assertThat(engine.ready()).isFalse();
  }

  @Test
  void ofAnotherCheckpointAreLeftForTheOtherServer() {
    String refusal = "FAILED_PRECONDITION: fingerprint: abab (expected: cdcd)";
    harness.healthInterval = LONG;
    harness.triton.behaviour = saying(error(refusal));
    TritonEngine engine = harness.open();

    assertThat(generate(engine).tokens()).containsExactly(3, 4);

    assertThat(engine.readyServers()).isEqualTo(1);
    harness.triton(1).behaviour = saying(error(refusal));
    assertThat(problem(generate(engine)))
        .isEqualTo("UNAVAILABLE: engine: triton: after 0 tokens: " + refusal);
    assertThat(engine.ready()).isFalse();
  }
}
