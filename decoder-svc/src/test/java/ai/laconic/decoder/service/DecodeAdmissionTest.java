package ai.laconic.decoder.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import ai.laconic.decoder.AdmissionProperties;
import ai.laconic.decoder.service.DecoderHarness.Settings;
import ai.laconic.servicekit.error.Problems;
import ai.laconic.v1.DecodeRequest;
import ai.laconic.v1.DecoderServiceGrpc;
import ai.laconic.v1.DescribeDecoderRequest;
import io.grpc.Status;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** More decodes than an engine with two slots runs, which says nothing until it is told to. */
@SuppressWarnings("NullAway.Init")
class DecodeAdmissionTest {
  private static final Duration LONG = Duration.ofMinutes(1);

  /** Of the first golden prompt, which has 8 latents of 80 numbers. */
  private static final int LATENT_BYTES = 8 * 80 * Float.BYTES;

  private DecoderHarness harness;

  @AfterEach
  void close() {
    harness.close();
  }

  private void open(Settings settings) throws Exception {
    harness = DecoderHarness.scripted(settings);
    harness.script().holds = true;
  }

  private DecodeRequest.Builder withLatents() {
    return GoldenPrompts.request(
        harness.model, harness.cache.cache, GoldenPrompts.GOLDEN.prompts().get(0));
  }

  private SlowClient start(String tenant) {
    return SlowClient.start(harness.channel(tenant), withLatents());
  }

  /** Starts calls that all get into the engine and have their latents. */
  private List<SlowClient> fill(String tenant, int calls) {
    int before = harness.script().held.size();
    List<SlowClient> clients = IntStream.range(0, calls).mapToObj(i -> start(tenant)).toList();
    await().until(() -> harness.script().held.size() == before + calls);
    await().until(() -> clients.stream().allMatch(DecodeAdmissionTest::admitted));
    return clients;
  }

  private static boolean admitted(SlowClient client) {
    return client.messages() > 0;
  }

  private static Status end(SlowClient client) {
    client.take(100);
    await().until(() -> client.end() != null);
    return client.ended();
  }

  @Test
  void oneMoreWaitsForASlotAndPullsNothing() throws Exception {
    open(Settings.PATIENT);
    fill("a", 2);
    int pulls = harness.cache.cache.asked.size();
    SlowClient waiting = start("a");
    await().until(() -> harness.slots.waiting() == 1);
    assertThat(harness.cache.cache.asked).hasSize(pulls);
    assertThat(admitted(waiting)).isFalse();

    harness.script().release();

    await().until(() -> admitted(waiting));
    assertThat(harness.cache.cache.asked).hasSize(pulls + 1);
  }

  @Test
  void someMorePullAheadOfTheirSlot() throws Exception {
    open(Settings.PATIENT.with(new AdmissionProperties(3, 20, 1, 100, LONG)));

    fill("a", 5);
    start("a");

    await().until(() -> harness.slots.waiting() == 1);
    assertThat(harness.slots.inUse()).isEqualTo(5);
  }

  @Test
  void whoWaitsAndGoesLeavesNothingBehind() throws Exception {
    open(Settings.PATIENT);
    fill("a", 2);
    int pulls = harness.cache.cache.asked.size();
    SlowClient leaving = start("a");
    await().until(() -> harness.slots.waiting() == 1);

    leaving.cancel();

    await().until(() -> harness.slots.waiting() == 0 && harness.threads.inUse() == 2);
    assertThat(harness.cache.cache.asked).hasSize(pulls);
    assertThat(harness.script().held).hasSize(2);
  }

  @Test
  void waitsNoLongerThanItsCaller() throws Exception {
    open(Settings.PATIENT);
    fill("a", 2);

    assertThatThrownBy(
            () ->
                DecoderServiceGrpc.newBlockingStub(harness.channel())
                    .withDeadlineAfter(200, TimeUnit.MILLISECONDS)
                    .decode(withLatents().build())
                    .hasNext())
        .hasMessageStartingWith("DEADLINE_EXCEEDED");
    await().until(() -> harness.slots.waiting() == 0 && harness.threads.inUse() == 2);
  }

  @Test
  void waitsNoLongerThanAnyoneMay() throws Exception {
    Duration soon = Duration.ofMillis(100);
    open(Settings.PATIENT.with(new AdmissionProperties(0, 20, 1, 100, soon)));
    fill("a", 2);

    assertThatThrownBy(() -> Answer.to(harness.channel(), withLatents()))
        .hasMessage(
            "RESOURCE_EXHAUSTED: decoder slots: none free within 100 ms (expected: 2 at once)")
        .satisfies(thrown -> assertThat(Problems.retryAfter(Problems.of(thrown))).isPresent());
  }

  @Test
  void theTenantThatHasLeastIsNext() throws Exception {
    open(Settings.PATIENT);
    fill("greedy", 2);
    for (int i = 0; i < 10; i++) {
      start("greedy");
    }
    await().until(() -> harness.slots.waiting() == 10);
    SlowClient polite = start("polite");
    await().until(() -> harness.slots.waiting() == 11);

    harness.script().release();

    await().until(() -> admitted(polite));
    assertThat(harness.slots.waiting()).isEqualTo(10);
  }

  @Test
  void aTenantWithManyCallsLeavesThreadsToOthers() throws Exception {
    open(Settings.PATIENT.with(new AdmissionProperties(0, 8, 0.5, 100, LONG)));
    fill("greedy", 2);
    for (int i = 0; i < 10; i++) {
      start("greedy");
    }
    await().until(() -> harness.slots.waiting() == 2 && harness.threads.waiting() == 8);
    SlowClient polite = start("polite");
    await().until(() -> harness.slots.waiting() == 3);

    harness.script().release();

    await().until(() -> admitted(polite));
  }

  @Test
  void describingWaitsForNobody() throws Exception {
    open(Settings.PATIENT.with(new AdmissionProperties(0, 2, 1, 100, LONG)));
    fill("a", 2);
    start("a");
    await().until(() -> harness.threads.waiting() == 1);

    assertThat(
            DecoderServiceGrpc.newBlockingStub(harness.channel())
                .withDeadlineAfter(10, TimeUnit.SECONDS)
                .describeDecoder(DescribeDecoderRequest.getDefaultInstance())
                .getSlots())
        .isEqualTo(2);
  }

  @Test
  void latentsWaitForMemoryAndRawTextDoesNot() throws Exception {
    open(Settings.PATIENT.withMemory(LATENT_BYTES + 1));
    fill("a", 1);
    int pulls = harness.cache.cache.asked.size();
    SlowClient waiting = start("a");
    await().until(() -> harness.memory.waiting() == 1);
    assertThat(harness.cache.cache.asked).hasSize(pulls);
    harness.script().release();

    await().until(() -> admitted(waiting));
    assertThat(harness.memory.inUse()).isEqualTo(LATENT_BYTES);
    harness.script().holds = false;
    assertThat(Answer.to(harness.channel(), GoldenPrompts.text("raw")).text()).isEmpty();
  }

  @Test
  void latentsThatNeverFitAreRefused() throws Exception {
    open(Settings.PATIENT.withMemory(LATENT_BYTES - 1));

    assertThatThrownBy(() -> Answer.to(harness.channel(), withLatents()))
        .hasMessage(
            "RESOURCE_EXHAUSTED: bytes of latents in memory: 2560 (expected: at most 2559)");
    assertThat(harness.slots.inUse()).isZero();
  }

  @Test
  void memoryThatIsNotThereIsToldAndHoldsNothing() throws Exception {
    open(Settings.PATIENT);
    harness.script().outOfMemory = true;

    assertThatThrownBy(() -> Answer.to(harness.channel(), withLatents()))
        .hasMessageStartingWith("RESOURCE_EXHAUSTED: memory of the decoder: none left after 0")
        .satisfies(thrown -> assertThat(Problems.retryAfter(Problems.of(thrown))).isPresent());
    await().until(() -> harness.slots.inUse() == 0 && harness.memory.inUse() == 0);
  }

  @Test
  void aClientThatLeavesEndsItsGeneration() throws Exception {
    open(Settings.PATIENT);
    List<SlowClient> clients = fill("a", 2);

    clients.get(0).cancel();

    await().until(() -> harness.script().held.size() == 1);
    await().until(() -> harness.slots.inUse() == 1);
    assertThat(harness.memory.inUse()).isEqualTo(LATENT_BYTES);
  }

  @Test
  void whatIsReadSlowlyHoldsNoSlot() throws Exception {
    open(Settings.PATIENT);
    harness.script().holds = false;
    harness.script().says = harness.tokenizer.tokenize("word by word ".repeat(100)).ids();

    List<SlowClient> slow = IntStream.range(0, 10).mapToObj(i -> start("a")).toList();

    await().until(() -> slow.stream().allMatch(DecodeAdmissionTest::admitted));
    await().until(() -> harness.slots.inUse() == 0 && harness.threads.inUse() == 10);
    assertThat(harness.memory.inUse()).isZero();
    slow.forEach(client -> client.take(2000));
    assertThat(slow).allSatisfy(client -> assertThat(end(client).isOk()).isTrue());
  }
}
