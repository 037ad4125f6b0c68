package ai.laconic.decoder.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import ai.laconic.decoder.engine.EngineLoad;
import ai.laconic.decoder.service.DecoderHarness.Settings;
import ai.laconic.runtime.Golden;
import ai.laconic.v1.DecodeRequest;
import ai.laconic.v1.DecoderServiceGrpc;
import io.grpc.Status;
import java.time.Duration;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Clients that read slowly or leave, and a cache that is slow or gone. */
@SuppressWarnings("NullAway.Init")
class ImpatienceTest {
  private static final Golden.Prompt FIRST = GoldenPrompts.GOLDEN.prompts().get(0);

  private DecoderHarness harness;

  @AfterEach
  void close() {
    harness.close();
  }

  private void open(Settings settings) throws Exception {
    harness = DecoderHarness.embedded(1, settings);
  }

  private DecodeRequest.Builder request() {
    return GoldenPrompts.request(harness.model, harness.cache.cache, FIRST);
  }

  private DecodeRequest.Builder longRequest() {
    return request().setGeneration(GoldenPrompts.atMost(900));
  }

  private void awaitIdle() {
    await()
        .atMost(Duration.ofSeconds(20))
        .until(
            () ->
                harness.engine.load().equals(new EngineLoad(0, 0))
                    && harness.slots.inUse() == 0
                    && harness.memory.inUse() == 0);
  }

  private static Status end(SlowClient client) {
    await().atMost(Duration.ofSeconds(20)).until(() -> client.end() != null);
    return Objects.requireNonNull(client.end(), "end");
  }

  @Test
  void aClientThatTakesNothingHoldsNoSlotAndLosesNothing() throws Exception {
    open(Settings.PATIENT);
    SlowClient slow = SlowClient.start(harness.channel(), longRequest());
    await().until(() -> slow.messages() == 1);

    awaitIdle();

    assertThat(slow.end()).isNull();
    assertThat(Answer.to(harness.channel(), request()).text()).isEqualTo(FIRST.text());
    assertThat(slow.messages()).isEqualTo(1);
    slow.take(2000);
    assertThat(end(slow).isOk()).isTrue();
    assertThat(slow.text()).isEqualTo(Answer.to(harness.channel(), longRequest()).text());
  }

  @Test
  void aClientThatTakesNothingIsEndedInTheEnd() throws Exception {
    open(Settings.PATIENT.withReaders(Duration.ofMillis(100)));
    SlowClient slow = SlowClient.start(harness.channel(), longRequest());
    await().until(() -> slow.messages() == 1);

    await().until(() -> harness.threads.inUse() == 0);
    slow.take(2000);

    assertThat(end(slow).getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
    assertThat(end(slow).getDescription()).contains("takes answers too slowly");
  }

  @Test
  void aClientsDeadlineFreesItsSlot() throws Exception {
    harness = DecoderHarness.scripted();
    harness.script().holds = true;

    assertThatThrownBy(
            () ->
                DecoderServiceGrpc.newBlockingStub(harness.channel())
                    .withDeadlineAfter(Duration.ofMillis(300))
                    .decode(GoldenPrompts.text("no latents").build())
                    .forEachRemaining(response -> {}))
        .hasMessageStartingWith("DEADLINE_EXCEEDED");

    awaitIdle();
  }

  @Test
  void aClientThatLeavesDuringThePullEndsThePull() throws Exception {
    open(Settings.PATIENT);
    harness.cache.cache.hangs = true;
    SlowClient leaving = SlowClient.start(harness.channel(), request());
    await().until(() -> !harness.cache.cache.asked.isEmpty());

    leaving.cancel();

    await().until(() -> harness.cache.cache.cancelled.get() == 1);
    awaitIdle();
  }

  @Test
  void aSlowCacheEndsTheCall() throws Exception {
    open(Settings.PATIENT.withCacheIdle(Duration.ofMillis(200)));
    harness.cache.cache.hangs = true;

    assertThatThrownBy(() -> Answer.to(harness.channel(), request()))
        .hasMessageStartingWith("UNAVAILABLE: cache: said nothing for 200 ms");
    awaitIdle();
  }

  @Test
  void aCacheThatIsGoneEndsTheCallAndRawTextNeedsNone() throws Exception {
    open(Settings.PATIENT);
    harness.cache.stopServer();

    assertThatThrownBy(() -> Answer.to(harness.channel(), request()))
        .hasMessageStartingWith("UNAVAILABLE: cache: ");
    assertThat(Answer.to(harness.channel(), GoldenPrompts.text("no latents")).pieces()).isNotNull();
    awaitIdle();
  }

  @Test
  void anEngineThatClosedRefusesCalls() throws Exception {
    open(Settings.PATIENT);

    harness.engine.close();

    assertThatThrownBy(() -> Answer.to(harness.channel(), request()))
        .hasMessageStartingWith("UNAVAILABLE: engine: shutting down");
    assertThat(harness.cache.cache.asked).isEmpty();
  }
}
