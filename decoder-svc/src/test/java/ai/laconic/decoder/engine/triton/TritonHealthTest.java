package ai.laconic.decoder.engine.triton;

import static ai.laconic.decoder.engine.CountingModel.startingWith;
import static ai.laconic.decoder.engine.triton.FakeTriton.sayingAndDying;
import static ai.laconic.decoder.engine.triton.TritonHarness.LONG;
import static ai.laconic.decoder.engine.triton.TritonHarness.awaitEnd;
import static ai.laconic.decoder.engine.triton.TritonHarness.awaitReady;
import static ai.laconic.decoder.engine.triton.TritonHarness.problem;
import static ai.laconic.decoder.engine.triton.TritonHarness.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import ai.laconic.decoder.engine.CountingModel;
import ai.laconic.decoder.engine.DecodePrompt;
import ai.laconic.decoder.engine.EngineLoad;
import ai.laconic.decoder.engine.RecordingListener;
import ai.laconic.inference.DataType;
import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** Servers that come and go, and such as serve something else. */
class TritonHealthTest {
  private static final Duration SOON = Duration.ofSeconds(5);

  private final TritonHarness harness;

  TritonHealthTest() throws IOException {
    harness = new TritonHarness();
  }

  @AfterEach
  void close() {
    harness.close();
  }

  private void awaitAsked(int more) {
    int until = harness.triton.asked.get() + more;
    await().until(() -> harness.triton.asked.get() >= until);
  }

  private static RecordingListener generate(TritonEngine engine) {
    RecordingListener listener = new RecordingListener();
    engine.submit(request(startingWith(3), 2), listener);
    awaitEnd(listener);
    return listener;
  }

  /** Returns the answer to a prompt that has latents. */
  private static List<Integer> latentsAnswered(TritonEngine engine) {
    int gap = CountingModel.PLACEHOLDER;
    DecodePrompt prompt =
        new DecodePrompt(new int[] {1, gap, 2, gap, gap}, new float[] {1, 2, 3, 4, 5, 6});
    RecordingListener listener = new RecordingListener();
    engine.submit(request(prompt, 2), listener);
    awaitEnd(listener);
    return listener.tokens();
  }

  /** Whether one gets through now. */
  private static boolean answers(TritonEngine engine) {
    try {
      return generate(engine).tokens().equals(List.of(3, 4));
    } catch (StatusRuntimeException notReady) {
      return false;
    }
  }

  @Test
  void aServerThatWasKilledIsUsedAgainSoonAfterItsRestart() throws Exception {
    TritonEngine engine = harness.open();
    assertThat(answers(engine)).isTrue();
    harness.servers.get(0).kill();
    awaitReady(engine, 0);
    assertThat(answers(engine)).isFalse();

    harness.servers.get(0).restart();

    await().atMost(SOON).until(() -> answers(engine));
  }

  @Test
  void aServerThatBreaksAConnectionIsLeftAloneUntilItAnswers() throws Exception {
    harness.healthInterval = LONG;
    TritonEngine engine = harness.open();
    harness.servers.get(0).kill();

    assertThat(problem(generate(engine))).startsWith("UNAVAILABLE: engine: after 0 tokens");

    assertThat(engine.ready()).isFalse();
  }

  @Test
  void aServerThatFailedOftenIsUsedAgainAsSoonAsItIsWell() {
    TritonEngine engine = harness.open();
    FakeTriton.Behaviour well = harness.triton.behaviour;
    harness.triton.behaviour = sayingAndDying(Status.UNAVAILABLE.withDescription("overloaded"));
    for (int i = 0; i < 8; i++) {
      assertThat(answers(engine)).isFalse();
      awaitReady(engine, 1);
    }

    harness.triton.behaviour = well;

    await().atMost(SOON).until(() -> answers(engine));
  }

  @Test
  void aReloadUnderTheSameNameIsNoticed() {
    TritonEngine engine = harness.open();

    harness.triton.fingerprint = "cd".repeat(32);
    awaitReady(engine, 0);
    harness.triton.fingerprint = FakeTriton.FINGERPRINT.hex();
    awaitReady(engine, 1);
    harness.triton.latents = DataType.TYPE_FP16;
    awaitAsked(3);

    assertThat(latentsAnswered(engine)).containsExactly(24, 25);
  }

  @Test
  void anotherModelThatIsBrokenOnTheSameServerIsNoReasonToLeaveIt() {
    harness.triton.serverReady = false;
    TritonEngine engine = harness.open();
    awaitAsked(3);

    assertThat(answers(engine)).isTrue();
  }

  @Test
  void aCallThatCannotBeStartedLeavesNothingBehind() {
    TritonEngine engine = harness.open();
    harness.throwing = true;

    assertThat(problem(generate(engine))).startsWith("UNAVAILABLE: engine: after 0 tokens");

    assertThat(engine.load()).isEqualTo(new EngineLoad(0, 0));
    harness.throwing = false;
    await().atMost(SOON).until(() -> answers(engine));
  }

  @Test
  void anotherModelIsRefusedAndNamedOnce() {
    ListAppender<ILoggingEvent> log = new ListAppender<>();
    Logger logger = (Logger) LoggerFactory.getLogger(EndpointHealth.class);
    log.start();
    logger.addAppender(log);
    try {
      harness.triton.fingerprint = "cd".repeat(32);
      TritonEngine engine = harness.openUnready();
      awaitAsked(5);

      assertThat(engine.ready()).isFalse();
      assertThat(log.list)
          .filteredOn(event -> event.getLevel() == Level.ERROR)
          .singleElement()
          .extracting(ILoggingEvent::getFormattedMessage)
          .asString()
          .contains("fingerprint: " + "cd".repeat(32) + " (expected: " + "ab".repeat(32) + ")");
      harness.triton.fingerprint = FakeTriton.FINGERPRINT.hex();
      awaitReady(engine, 1);
    } finally {
      logger.detachAppender(log);
    }
  }

  @Test
  void latentsGoAsTheModelTakesThem() {
    harness.triton.latents = DataType.TYPE_FP16;

    assertThat(latentsAnswered(harness.open())).containsExactly(24, 25);
  }

  @Test
  void latentsThatTheModelCannotTakeAreRefused() {
    harness.triton.latents = DataType.TYPE_FP16;
    DecodePrompt prompt =
        new DecodePrompt(new int[] {CountingModel.PLACEHOLDER}, new float[] {1, 1e6f});
    TritonEngine engine = harness.open();
    RecordingListener listener = new RecordingListener();

    assertThatThrownBy(() -> engine.submit(request(prompt, 2), listener))
        .hasMessageStartingWith("FAILED_PRECONDITION: latents: values[1]: 1000000.0");
    assertThat(listener.ended()).isFalse();
    assertThat(engine.load().running()).isZero();
  }
}
