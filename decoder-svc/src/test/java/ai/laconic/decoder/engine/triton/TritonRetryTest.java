package ai.laconic.decoder.engine.triton;

import static ai.laconic.decoder.engine.CountingModel.startingWith;
import static ai.laconic.decoder.engine.triton.FakeTriton.error;
import static ai.laconic.decoder.engine.triton.FakeTriton.finish;
import static ai.laconic.decoder.engine.triton.FakeTriton.saying;
import static ai.laconic.decoder.engine.triton.FakeTriton.sayingAndDying;
import static ai.laconic.decoder.engine.triton.FakeTriton.sayingAndHanging;
import static ai.laconic.decoder.engine.triton.FakeTriton.tokens;
import static ai.laconic.decoder.engine.triton.TritonHarness.awaitEnd;
import static ai.laconic.decoder.engine.triton.TritonHarness.problem;
import static ai.laconic.decoder.engine.triton.TritonHarness.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ai.laconic.decoder.engine.CountingModel;
import ai.laconic.decoder.engine.DecodePrompt;
import ai.laconic.decoder.engine.EndReason;
import ai.laconic.decoder.engine.EngineLoad;
import ai.laconic.decoder.engine.Generation;
import ai.laconic.decoder.engine.RecordingListener;
import ai.laconic.inference.DataType;
import ai.laconic.inference.ModelInferRequest;
import io.grpc.Status;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Generations that the first of two servers doesn't finish. */
class TritonRetryTest {
  private static final FakeTriton.Behaviour DYING =
      sayingAndDying(Status.UNAVAILABLE.withDescription("connection reset"));

  private final TritonHarness harness;
  private final RecordingListener listener = new RecordingListener();

  TritonRetryTest() throws IOException {
    harness = new TritonHarness(2);
  }

  @AfterEach
  void close() {
    harness.close();
  }

  private TritonEngine open(FakeTriton.Behaviour ofTheFirst) {
    harness.triton(0).behaviour = ofTheFirst;
    return harness.open();
  }

  /** Starts one whose answer is 3, 4, at the first server. */
  private void generate(FakeTriton.Behaviour ofTheFirst) {
    TritonEngine engine = open(ofTheFirst);
    engine.submit(request(startingWith(3), 2), listener);
    awaitEnd(listener);
    assertThat(harness.triton(0).requests).hasSize(1);
    assertThat(listener.endsAndTokensAfter()).isEqualTo(1);
    await().until(() -> engine.load().equals(new EngineLoad(0, 0)));
  }

  private void assertAnsweredBySecond() {
    assertThat(listener.tokens()).containsExactly(3, 4);
    assertThat(listener.reason()).isEqualTo(EndReason.LENGTH);
    assertThat(harness.triton(1).requests).hasSize(1);
  }

  private void assertNotRetried(String problem) {
    assertThat(problem(listener)).startsWith(problem);
    assertThat(harness.triton(1).requests).isEmpty();
  }

  @Test
  void oneThatDiesBeforeItsFirstTokenGoesElsewhere() {
    generate(DYING);

    assertAnsweredBySecond();
  }

  @Test
  void soDoesOneWhoseServerFails() {
    generate(sayingAndHanging(error("CUDA error")));

    assertAnsweredBySecond();
    await().until(() -> harness.triton(0).cancelled.get() == 1);
  }

  @Test
  void soDoesOneWhoseStreamEndsTooSoon() {
    generate(saying(finish("stop", 1, 0)));

    assertAnsweredBySecond();
  }

  @Test
  void soDoesOneThatFindsNoRoom() {
    generate(saying(error("RESOURCE_EXHAUSTED: generations waiting: 65 (expected: at most 64)")));

    assertAnsweredBySecond();
  }

  @Test
  void theSecondServerHasTheTimeThatIsLeftAndLatentsAsItTakesThem() {
    harness.triton(1).latents = DataType.TYPE_FP16;
    int gap = CountingModel.PLACEHOLDER;
    DecodePrompt prompt = new DecodePrompt(new int[] {1, gap}, new float[] {2, 3});

    open(DYING).submit(request(prompt, 1), listener);

    awaitEnd(listener);
    assertThat(listener.tokens()).containsExactly(6);
    assertThat(micros(1)).isPositive().isLessThan(micros(0));
  }

  private long micros(int server) {
    ModelInferRequest sent = harness.triton(server).requests.element();
    return sent.getParametersOrThrow("timeout").getInt64Param();
  }

  @Test
  void oneThatSaidSomethingFailsAndSaysHowMuch() {
    generate(sayingAndDying(Status.UNAVAILABLE.withDescription("connection reset"), tokens(1, 2)));

    assertNotRetried("UNAVAILABLE: engine: after 2 tokens: triton: connection reset");
    assertThat(listener.tokens()).containsExactly(1, 2);
  }

  @Test
  void whatIsRefusedForItsOwnSakeIsNotRetried() {
    generate(saying(error("INVALID_ARGUMENT: INPUT_IDS: 0 ids (expected: 1 or more)")));

    assertNotRetried("INVALID_ARGUMENT: triton: INPUT_IDS: 0 ids");
  }

  @Test
  void whatIsTooLongIsNotRetried() {
    generate(saying(error("OUT_OF_RANGE: prompt: 300 positions (expected: at most 200)")));

    assertNotRetried("OUT_OF_RANGE");
  }

  @Test
  void whatIsLateIsNotRetried() {
    generate(saying(error("DEADLINE_EXCEEDED: 3 s (expected: at most 2)")));

    assertNotRetried("DEADLINE_EXCEEDED");
  }

  @Test
  void whatMakesNoSenseIsNotRetried() {
    generate(saying(tokens(100)));

    assertNotRetried("DATA_LOSS");
  }

  @Test
  void failsWhereThereIsNoOtherServer() {
    harness.triton(1).modelReady = false;
    TritonEngine engine = harness.openUnready();
    TritonHarness.awaitReady(engine, 1);
    harness.triton(0).behaviour = DYING;

    engine.submit(request(startingWith(3), 2), listener);

    assertNotRetried("UNAVAILABLE: engine: after 0 tokens: triton: connection reset");
  }

  @Test
  void isRetriedOnlyOnce() throws IOException {
    try (TritonHarness three = new TritonHarness(3)) {
      three.servers.forEach(server -> server.triton.behaviour = DYING);

      three.open().submit(request(startingWith(3), 2), listener);

      assertThat(problem(listener)).startsWith("UNAVAILABLE: engine: after 0 tokens");
      assertThat(three.servers.stream().mapToInt(server -> server.triton.requests.size()).sum())
          .isEqualTo(2);
    }
  }

  @Test
  void cancellingReachesTheSecondServer() {
    harness.triton(1).behaviour = sayingAndHanging();
    Generation generation = open(DYING).submit(request(startingWith(3), 2), listener);
    await().until(() -> !harness.triton(1).requests.isEmpty());

    generation.cancel();

    assertThat(problem(listener)).startsWith("CANCELLED: generation: cancelled after 0 tokens");
    await().until(() -> harness.triton(1).cancelled.get() == 1);
    assertThat(listener.endsAndTokensAfter()).isEqualTo(1);
  }

  @Test
  void theDeadlineHoldsForBothTogether() {
    harness.triton(0).behaviour = DYING;
    harness.triton(1).behaviour = sayingAndHanging();
    TritonEngine engine = harness.open(2, Duration.ofMillis(500));

    engine.submit(request(startingWith(3), 2), listener);

    assertThat(problem(listener)).startsWith("DEADLINE_EXCEEDED: generation: deadline passed");
    assertThat(harness.triton(1).requests).hasSize(1);
  }

  @Test
  void silenceAfterTheFirstTokenEndsItAtTheSecondServer() {
    harness.stallLimit = Duration.ofMillis(50);
    harness.triton(1).slow = true;
    open(DYING).submit(request(startingWith(3), 9), listener);

    assertThat(problem(listener))
        .isEqualTo("UNAVAILABLE: engine: triton: after 1 tokens: nothing more for 50 ms");
    await().until(() -> harness.triton(1).cancelled.get() == 1);
  }

  @Test
  void closingEndsItAtTheSecondServer() {
    harness.triton(1).behaviour = sayingAndHanging();
    TritonEngine engine = open(DYING);
    engine.submit(request(startingWith(3), 2), listener);
    await().until(() -> !harness.triton(1).requests.isEmpty());

    engine.close();

    assertThat(problem(listener)).startsWith("UNAVAILABLE: engine: shutting down after 0 tokens");
  }
}
