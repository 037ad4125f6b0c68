package ai.laconic.decoder.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import ai.laconic.decoder.engine.EngineLoad;
import ai.laconic.runtime.Golden;
import ai.laconic.v1.DecodeRequest;
import ai.laconic.v1.DecoderServiceGrpc;
import io.grpc.Status;
import java.time.Duration;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Clients that are slow, leave or are too many, and a cache that is slow or gone. */
@SuppressWarnings("NullAway.Init")
class ImpatienceTest {
  private static final Golden.Prompt FIRST = GoldenPrompts.GOLDEN.prompts().get(0);

  private DecoderHarness harness;

  @BeforeEach
  void open() throws Exception {
    harness = DecoderHarness.embedded(2, 1, Duration.ofMinutes(1));
  }

  @AfterEach
  void close() {
    harness.close();
  }

  private DecodeRequest.Builder request() {
    return GoldenPrompts.request(harness.model, harness.cache.cache, FIRST);
  }

  /** Starts a call that takes no text, and waits until its generation is paused in its slot. */
  private SlowClient holdSlot(int running) {
    SlowClient client = SlowClient.start(harness.channel(), request().setMaxTokens(900));
    await().until(() -> client.messages() == 1 && harness.engine.load().running() == running);
    return client;
  }

  private void awaitIdle() {
    await()
        .atMost(Duration.ofSeconds(20))
        .until(
            () -> harness.engine.load().equals(new EngineLoad(0, 0)) && harness.memory.used() == 0);
  }

  private static Status end(SlowClient client) {
    await().atMost(Duration.ofSeconds(20)).until(() -> client.end() != null);
    return Objects.requireNonNull(client.end(), "end");
  }

  @Test
  void aSlowClientPausesOnlyItself() {
    SlowClient slow = holdSlot(1);

    assertThat(Answer.to(harness.channel(), request()).text()).isEqualTo(FIRST.text());

    assertThat(slow.messages()).isEqualTo(1);
    assertThat(harness.engine.load().running()).isEqualTo(1);
    slow.take(2000);
    assertThat(end(slow).isOk()).isTrue();
    awaitIdle();
  }

  @Test
  void aClientThatLeavesFreesItsSlot() {
    SlowClient leaving = holdSlot(1);

    leaving.cancel();

    awaitIdle();
  }

  @Test
  void aClientsDeadlineFreesItsSlot() {
    assertThatThrownBy(
            () ->
                DecoderServiceGrpc.newBlockingStub(harness.channel())
                    .withDeadlineAfter(Duration.ofMillis(300))
                    .decode(request().setMaxTokens(960).build())
                    .forEachRemaining(
                        response -> await().pollDelay(Duration.ofMillis(20)).until(() -> true)))
        .hasMessageStartingWith("DEADLINE_EXCEEDED");

    awaitIdle();
  }

  @Test
  void oneMoreThanMayWaitIsRefused() {
    holdSlot(1);
    holdSlot(2);
    SlowClient waiting = SlowClient.start(harness.channel(), request());
    await().until(() -> harness.engine.load().waiting() == 1 && waiting.messages() == 1);

    int pulls = harness.cache.cache.asked.size();
    assertThatThrownBy(() -> Answer.to(harness.channel(), request()))
        .hasMessage("RESOURCE_EXHAUSTED: generations waiting: 2 (expected: at most 1)");
    assertThat(harness.cache.cache.asked).hasSize(pulls);
  }

  @Test
  void aClientThatTakesNothingForTooLongIsCutOff() throws Exception {
    harness.close();
    harness = DecoderHarness.embedded(1, 1, Duration.ofMillis(100));

    SlowClient slow = SlowClient.start(harness.channel(), request().setMaxTokens(900));
    await().until(() -> slow.messages() == 1);
    awaitIdle();
    slow.take(2000);

    assertThat(end(slow).getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
  }

  @Test
  void aClientThatLeavesDuringThePullEndsThePull() {
    harness.cache.cache.hangs = true;
    SlowClient leaving = SlowClient.start(harness.channel(), request());
    await().until(() -> !harness.cache.cache.asked.isEmpty());

    leaving.cancel();

    await().until(() -> harness.cache.cache.cancelled.get() == 1);
    awaitIdle();
  }

  @Test
  void aSlowCacheEndsTheCall() throws Exception {
    harness.close();
    harness = DecoderHarness.embedded(1, 1, Duration.ofMinutes(1), Duration.ofMillis(200));
    harness.cache.cache.hangs = true;

    assertThatThrownBy(() -> Answer.to(harness.channel(), request()))
        .hasMessageStartingWith("DEADLINE_EXCEEDED: cache: no answer in time");
    awaitIdle();
  }

  @Test
  void aCacheThatIsGoneEndsTheCall() {
    harness.cache.stopServer();

    assertThatThrownBy(() -> Answer.to(harness.channel(), request()))
        .hasMessageStartingWith("UNAVAILABLE: cache: ");
    assertThat(Answer.to(harness.channel(), GoldenPrompts.text("no latents")).pieces()).isNotNull();
    awaitIdle();
  }

  @Test
  void anEngineThatClosesFailsItsCalls() {
    SlowClient running = holdSlot(1);

    harness.engine.close();
    running.take(2000);

    assertThat(end(running).getCode()).isIn(Status.Code.UNAVAILABLE, Status.Code.CANCELLED);
    assertThatThrownBy(() -> Answer.to(harness.channel(), request()))
        .hasMessageStartingWith("UNAVAILABLE: engine: shutting down");
  }
}
