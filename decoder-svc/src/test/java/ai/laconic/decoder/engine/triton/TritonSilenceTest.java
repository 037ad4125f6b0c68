package ai.laconic.decoder.engine.triton;

import static ai.laconic.decoder.engine.CountingModel.startingWith;
import static ai.laconic.decoder.engine.triton.FakeTriton.sayingAndHanging;
import static ai.laconic.decoder.engine.triton.FakeTriton.tokens;
import static ai.laconic.decoder.engine.triton.TritonHarness.awaitEnd;
import static ai.laconic.decoder.engine.triton.TritonHarness.problem;
import static ai.laconic.decoder.engine.triton.TritonHarness.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ai.laconic.decoder.engine.RecordingListener;
import ai.laconic.inference.ModelStreamInferResponse;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Servers that take a request and say nothing, under a clock that the test moves. */
class TritonSilenceTest {
  private static final Duration STALL = Duration.ofSeconds(30);
  private static final Duration FIRST_TOKEN = Duration.ofMinutes(2);

  private final AtomicReference<Instant> now =
      new AtomicReference<>(Instant.parse("2030-01-01T00:00:00Z"));
  private final RecordingListener listener = new RecordingListener();
  private final TritonHarness harness;

  TritonSilenceTest() throws IOException {
    harness = new TritonHarness(2);
    harness.clock = now::get;
    harness.stallLimit = STALL;
    harness.firstTokenLimit = FIRST_TOKEN;
    harness.triton.behaviour = sayingAndHanging();
  }

  @AfterEach
  void close() {
    harness.close();
  }

  private TritonEngine openWithOne() {
    harness.triton(1).modelReady = false;
    return open(1);
  }

  private TritonEngine open(int ready) {
    TritonEngine engine = harness.openUnready(2, Duration.ofHours(1));
    TritonHarness.awaitReady(engine, ready);
    return engine;
  }

  private void pass(Duration time) {
    now.updateAndGet(before -> before.plus(time));
  }

  /** Waits until the engine has looked at its generations twice, at the time that it is. */
  private void awaitLook() {
    int asked = harness.triton.asked.get();
    await().until(() -> harness.triton.asked.get() >= asked + 2);
  }

  private void submitTo(TritonEngine engine) {
    engine.submit(request(startingWith(3), 2), listener);
    await().until(() -> !harness.triton.requests.isEmpty());
  }

  @Test
  void anOnlyServerThatSaysNothingFailsTheGeneration() {
    TritonEngine engine = openWithOne();
    submitTo(engine);
    pass(FIRST_TOKEN);
    awaitLook();
    assertThat(listener.ended()).isFalse();

    pass(Duration.ofMillis(1));

    assertThat(problem(listener))
        .isEqualTo("UNAVAILABLE: engine: triton: after 0 tokens: no first token for 120000 ms");
    await().until(() -> harness.triton.cancelled.get() == 1);
    assertThat(engine.ready()).isFalse();
  }

  @Test
  void anotherServerGetsWhatTheFirstSaysNothingTo() {
    TritonEngine engine = open(2);
    submitTo(engine);

    pass(FIRST_TOKEN.plusMillis(1));

    awaitEnd(listener);
    assertThat(listener.tokens()).containsExactly(3, 4);
    assertThat(harness.triton(1).requests).hasSize(1);
    await().until(() -> harness.triton.cancelled.get() == 1);
  }

  @Test
  void aModelThatIsNotReadyIsLeftSooner() {
    TritonEngine engine = open(2);
    submitTo(engine);
    harness.triton.modelReady = false;
    TritonHarness.awaitReady(engine, 1);
    pass(STALL);
    awaitLook();
    assertThat(listener.ended()).isFalse();

    pass(Duration.ofMillis(1));

    awaitEnd(listener);
    assertThat(listener.tokens()).containsExactly(3, 4);
  }

  @Test
  void aProcessThatStoppedIsLeftSooner() {
    TritonEngine engine = openWithOne();
    harness.triton.stopped = true;
    submitTo(engine);
    await().atMost(Duration.ofSeconds(20)).until(() -> !engine.ready());

    pass(STALL.plusMillis(1));

    assertThat(problem(listener))
        .isEqualTo("UNAVAILABLE: engine: triton: after 0 tokens: not ready for 30000 ms");
  }

  @Test
  void aLongQueueIsNoSilenceWhileTokensComeToOthers() {
    Queue<StreamObserver<ModelStreamInferResponse>> streams = new ConcurrentLinkedQueue<>();
    harness.triton.behaviour =
        (request, stream) -> {
          streams.add(stream);
          return () -> {};
        };
    TritonEngine engine = openWithOne();
    RecordingListener running = new RecordingListener();
    engine.submit(request(startingWith(3), 100), running);
    await().until(() -> streams.size() == 1);
    StreamObserver<ModelStreamInferResponse> first = streams.element();
    submitTo(engine);

    for (int i = 1; i <= 20; i++) {
      pass(STALL);
      first.onNext(tokens(i));
      int told = i;
      await().until(() -> running.tokens().size() == told);
    }
    awaitLook();
    assertThat(listener.ended()).isFalse();

    pass(FIRST_TOKEN.plusMillis(1));

    assertThat(problem(running)).contains("after 20 tokens: nothing more for 30000 ms");
    assertThat(problem(listener)).contains("after 0 tokens: no first token for 120000 ms");
  }
}
