package ai.laconic.decoder.engine.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import ai.laconic.decoder.engine.CountingModel;
import ai.laconic.decoder.engine.DecodePrompt;
import ai.laconic.decoder.engine.DecodeTask;
import ai.laconic.decoder.engine.EndReason;
import ai.laconic.decoder.engine.EngineRequest;
import ai.laconic.decoder.engine.PromptLatents;
import ai.laconic.decoder.engine.RecordingListener;
import ai.laconic.decoder.engine.SamplingSettings;
import ai.laconic.decoder.engine.Token;
import ai.laconic.servicekit.error.Problems;
import ai.laconic.servicekit.tenant.TenantId;
import io.grpc.Status;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Round by round, without a thread and with a clock that stands still. */
class SchedulerTest {
  private static final int CHUNK = 4;
  private static final SamplingSettings GREEDY = SamplingSettings.GREEDY;

  private Instant now = Instant.parse("2026-01-01T00:00:00Z");
  private final FakeBatch batch = new FakeBatch(3, 400);
  private final SubmissionQueue queue = new SubmissionQueue();
  private final Scheduler scheduler = scheduler(CHUNK);

  private Sequence enter(DecodePrompt prompt, int maxTokens, RecordingListener listener) {
    return enter(prompt, maxTokens, listener, Instant.MAX);
  }

  private Sequence enter(
      DecodePrompt prompt, int maxTokens, RecordingListener listener, Instant deadline) {
    return enter(prompt, new DecodeTask.Generate(GREEDY, maxTokens), listener, deadline);
  }

  private Sequence enter(
      DecodePrompt prompt, DecodeTask.Generate task, RecordingListener listener, Instant deadline) {
    return enter(new TenantId("a"), prompt, task, listener, deadline);
  }

  private Sequence enter(
      TenantId tenant,
      DecodePrompt prompt,
      DecodeTask.Generate task,
      RecordingListener listener,
      Instant deadline) {
    Sequence sequence =
        new Sequence(
            prompt.request(tenant, task, deadline, CountingModel.PLACEHOLDER),
            new SampledTokens(task.sampling(), Set.of(CountingModel.END)),
            listener,
            scheduler::cancelled);
    queue.add(sequence);
    return sequence;
  }

  private void enter(EngineRequest request, RecordingListener listener) {
    queue.add(
        new Sequence(
            request,
            new SampledTokens(GREEDY, Set.of(CountingModel.END)),
            listener,
            scheduler::cancelled));
  }

  private Scheduler scheduler(int chunk) {
    return new Scheduler(
        batch,
        new BatchingSettings(
            CountingModel.WIDTH, chunk, Duration.ofMillis(50), Set.of(CountingModel.END)),
        queue,
        () -> now);
  }

  private void enterAt(Scheduler where, DecodePrompt prompt, int maxTokens) {
    queue.add(
        new Sequence(
            CountingModel.request(prompt, maxTokens),
            new SampledTokens(GREEDY, Set.of()),
            new RecordingListener(),
            where::cancelled));
  }

  private void runToEnd() {
    while (scheduler.running() > 0 || queue.size() > 0) {
      assertThat(scheduler.round()).isTrue();
    }
  }

  private static DecodePrompt promptStartingWith(int first, int length) {
    DecodePrompt prompt = promptOf(length);
    prompt.ids()[0] = first;
    return prompt;
  }

  private static DecodePrompt promptOf(int length) {
    int[] ids = new int[length];
    Arrays.fill(ids, 1);
    return new DecodePrompt(ids, new float[0]);
  }

  private static Status status(RecordingListener listener) {
    return Objects.requireNonNull(listener.problem(), "problem").getStatus();
  }

  @Test
  void aLongPromptCostsTheOthersOneChunkBetweenTwoTokens() {
    RecordingListener running = new RecordingListener();
    enter(promptOf(1), 50, running);
    scheduler.round();
    enter(promptOf(10 * CHUNK), 5, new RecordingListener());

    for (int round = 0; round < 10; round++) {
      int before = running.tokens().size();
      scheduler.round();
      assertThat(running.tokens()).hasSize(before + 1);
    }

    assertThat(batch.appends).hasSize(11);
    assertThat(batch.appends).allMatch(append -> append.ids().size() <= CHUNK);
  }

  @Test
  void aTenantWithNothingRunningComesBeforeTheBacklogOfAnother() {
    List<RecordingListener> flood =
        IntStream.range(0, 6).mapToObj(i -> new RecordingListener()).toList();
    flood.forEach(listener -> enter(promptOf(1), 2, listener));
    RecordingListener polite = new RecordingListener();
    scheduler.round();
    enter(new TenantId("b"), promptOf(1), new DecodeTask.Generate(GREEDY, 2), polite, Instant.MAX);

    while (polite.tokens().isEmpty()) {
      scheduler.round();
    }

    assertThat(flood.subList(3, 6)).filteredOn(each -> !each.tokens().isEmpty()).hasSizeLessThan(3);
  }

  @Test
  void promptsOfTwoTenantsTakeTurns() {
    DecodeTask.Generate task = new DecodeTask.Generate(GREEDY, 5);
    for (String tenant : List.of("a", "b")) {
      enter(new TenantId(tenant), promptOf(3 * CHUNK), task, new RecordingListener(), Instant.MAX);
    }

    IntStream.range(0, 6).forEach(round -> scheduler.round());

    assertThat(batch.appends).extracting(FakeBatch.Append::slot).containsExactly(0, 1, 0, 1, 0, 1);
  }

  @Test
  void theShortestPromptOfATenantIsReadFirst() {
    enter(promptOf(8 * CHUNK), 5, new RecordingListener());
    scheduler.round();
    enter(promptStartingWith(2, 2 * CHUNK), 1, new RecordingListener());

    IntStream.range(0, 2).forEach(round -> scheduler.round());

    assertThat(batch.appends).extracting(FakeBatch.Append::slot).containsExactly(0, 1, 1);
  }

  @Test
  void aLongPromptIsNotOvertakenForEver() {
    RecordingListener patient = new RecordingListener();
    enter(promptOf(10 * CHUNK), 1, patient);
    for (int round = 0; !patient.ended(); round++) {
      enter(promptStartingWith(2 + round % 80, 1), 1, new RecordingListener());
      scheduler.round();
      assertThat(round).isLessThan(50);
    }
  }

  @Test
  void chunksAreAsLongAsTheirTimeAllowsWhileOthersWait() {
    batch.onAppend = count -> now = now.plusMillis(count);
    Scheduler timed = scheduler(100);
    enterAt(timed, promptOf(1), 300);
    timed.round();
    enterAt(timed, promptStartingWith(2, 300), 1);

    while (batch.appends.size() < 5) {
      timed.round();
    }

    // Nothing is known before the first chunk; then a position takes a millisecond.
    assertThat(batch.appends)
        .extracting(append -> append.ids().size())
        .containsExactly(1, 100, 50, 50, 50);
  }

  @Test
  void aPromptStartsBehindWhatASlotHolds() {
    RecordingListener first = new RecordingListener();
    enter(promptOf(3 * CHUNK), 3, first);
    runToEnd();
    int[] ids = promptOf(3 * CHUNK + 2).ids();
    ids[3 * CHUNK] = 7;
    RecordingListener second = new RecordingListener();
    batch.appends.clear();

    enter(new DecodePrompt(ids, new float[0]), 1, second);
    runToEnd();

    assertThat(batch.appends).containsExactly(new FakeBatch.Append(0, List.of(7, 1), List.of()));
    assertThat(second.cached()).isEqualTo(3 * CHUNK);
    assertThat(second.tokens()).containsExactly(3 * CHUNK + 8);
  }

  @Test
  void aConversationGoesOnBehindItsOwnAnswer() {
    enter(promptOf(2 * CHUNK), 4, new RecordingListener());
    runToEnd();
    int[] ids = promptOf(2 * CHUNK + 5).ids();
    // The last token of an answer is said, but not read.
    System.arraycopy(new int[] {8, 9, 10}, 0, ids, 2 * CHUNK, 3);
    RecordingListener second = new RecordingListener();

    enter(new DecodePrompt(ids, new float[0]), 1, second);
    runToEnd();

    assertThat(second.cached()).isEqualTo(2 * CHUNK + 3);
    assertThat(second.tokens()).containsExactly(8 + 27 + 2);
  }

  @Test
  void thePositionWhoseLogitsAreWantedIsReadAgain() {
    enter(promptOf(CHUNK), 1, new RecordingListener());
    runToEnd();
    RecordingListener again = new RecordingListener();

    enter(promptOf(CHUNK), 1, again);
    runToEnd();

    assertThat(again.cached()).isEqualTo(CHUNK - 1);
    assertThat(again.tokens()).containsExactly(CHUNK);
  }

  @Test
  void whatOneTenantLeftServesNoOther() {
    enter(promptOf(3 * CHUNK), 1, new RecordingListener());
    runToEnd();
    RecordingListener other = new RecordingListener();

    enter(
        new TenantId("b"),
        promptOf(3 * CHUNK),
        new DecodeTask.Generate(GREEDY, 1),
        other,
        Instant.MAX);
    runToEnd();

    assertThat(other.cached()).isZero();
    assertThat(other.tokens()).containsExactly(3 * CHUNK);
  }

  @Test
  void latentsThatAreHeldAreNotAskedFor() {
    int gap = CountingModel.PLACEHOLDER;
    float[] latents = {1, 2, 3, 4};
    enter(new DecodePrompt(new int[] {5, gap, gap, 6}, latents), 1, new RecordingListener());
    runToEnd();
    batch.appends.clear();
    RecordingListener second = new RecordingListener();

    enter(new DecodePrompt(new int[] {5, gap, gap, 7}, latents), 1, second);
    runToEnd();

    assertThat(second.cached()).isEqualTo(3);
    assertThat(batch.appends).containsExactly(new FakeBatch.Append(1, List.of(7), List.of()));
    assertThat(second.tokens()).containsExactly(5 + 10 + 7);
  }

  @Test
  void promptsAreReadAsTheirLatentsArrive() {
    int gap = CountingModel.PLACEHOLDER;
    DecodePrompt whole =
        new DecodePrompt(new int[] {1, gap, gap, 2, gap, 3}, new float[] {1, 2, 3, 4, 5, 6});
    EngineRequest complete =
        whole.request(new TenantId("a"), new DecodeTask.Generate(GREEDY, 1), Instant.MAX, gap);
    PromptLatents latents = new PromptLatents(complete.prompt(), CountingModel.WIDTH);
    RecordingListener listener = new RecordingListener();
    enter(
        new EngineRequest(
            complete.tenant(), complete.prompt(), latents, complete.task(), Instant.MAX),
        listener);

    assertThat(scheduler.round()).isTrue();
    assertThat(scheduler.round()).isFalse();
    assertThat(batch.length(0)).isEqualTo(1);
    latents.put(1, DecodePrompt.block(new float[] {5, 6}, CountingModel.WIDTH));
    assertThat(scheduler.round()).isFalse();
    latents.put(0, DecodePrompt.block(new float[] {1, 2, 3, 4}, CountingModel.WIDTH));
    runToEnd();

    assertThat(listener.tokens()).containsExactly(1 + 10 + 2 + 11 + 3);
  }

  @Test
  void aScoringReadsManyTokensAtOnceAndNeverTheLast() {
    int[] continuation = IntStream.range(1, 4 + 2 * CHUNK).toArray();
    RecordingListener listener = new RecordingListener();
    EngineRequest request =
        promptOf(1)
            .request(
                new TenantId("a"),
                new DecodeTask.Score(continuation),
                Instant.MAX,
                CountingModel.PLACEHOLDER);
    queue.add(
        new Sequence(request, new ForcedTokens(continuation), listener, scheduler::cancelled));

    runToEnd();

    assertThat(listener.scores()).hasSize(continuation.length).allMatch(Token.Score::firstChoice);
    assertThat(batch.steps).isEmpty();
    assertThat(batch.length(0)).isEqualTo(continuation.length);
  }

  @Test
  void everyChunkGetsExactlyItsLatents() {
    int gap = CountingModel.PLACEHOLDER;
    int[] ids = {5, gap, gap, gap, gap, gap, 6, gap, 7};
    float[] latents = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
    RecordingListener listener = new RecordingListener();
    enter(new DecodePrompt(ids, latents), 1, listener);

    IntStream.range(0, 3).forEach(round -> scheduler.round());

    assertThat(batch.appends)
        .containsExactly(
            new FakeBatch.Append(0, List.of(5, gap, gap, gap), List.of(1f, 2f, 3f, 4f, 5f, 6f)),
            new FakeBatch.Append(0, List.of(gap, gap, 6, gap), List.of(7f, 8f, 9f, 10f, 11f, 12f)),
            new FakeBatch.Append(0, List.of(7), List.of()));
    assertThat(listener.tokens()).containsExactly((5 + 6 + 7 + 78) % CountingModel.FIRST);
  }

  @Test
  void allThatDecodeShareAStep() {
    IntStream.range(0, 3).forEach(i -> enter(promptOf(1), 50, new RecordingListener()));

    IntStream.range(0, 4).forEach(round -> scheduler.round());

    assertThat(batch.steps).endsWith(List.of(0, 1, 2));
  }

  @Test
  void theOneWhoseStepFailsFailsAlone() {
    List<RecordingListener> listeners =
        List.of(new RecordingListener(), new RecordingListener(), new RecordingListener());
    listeners.forEach(listener -> enter(promptOf(1), 10, listener));
    IntStream.range(0, 4).forEach(round -> scheduler.round());

    batch.fails = slot -> slot == 1;
    scheduler.round();
    batch.fails = slot -> false;
    IntStream.range(0, 10).forEach(round -> scheduler.round());

    assertThat(status(listeners.get(1)).getCode()).isEqualTo(Status.Code.INTERNAL);
    assertThat(listeners.get(0).tokens()).containsExactly(1, 2, 3, 4, 5, 6, 7, 8, 9, 10);
    assertThat(listeners.get(2).tokens()).containsExactly(1, 2, 3, 4, 5, 6, 7, 8, 9, 10);
    assertThat(scheduler.running()).isZero();
  }

  @Test
  void theOneWhosePrefillFailsFailsAloneAndItsSlotIsUsedAgain() {
    RecordingListener failing = new RecordingListener();
    RecordingListener next = new RecordingListener();
    batch.fails = slot -> true;
    enter(promptOf(1), 10, failing);
    scheduler.round();
    batch.fails = slot -> false;

    enter(promptOf(1), 2, next);
    IntStream.range(0, 3).forEach(round -> scheduler.round());

    assertThat(status(failing).getCode()).isEqualTo(Status.Code.INTERNAL);
    assertThat(status(failing).getDescription()).doesNotContain("slot 0");
    assertThat(next.reason()).isEqualTo(EndReason.LENGTH);
  }

  @Test
  void logitsThatMakeNoSenseFailTheirGenerationAlone() {
    RecordingListener garbled = new RecordingListener();
    RecordingListener fine = new RecordingListener();
    enter(promptOf(1), 10, garbled);
    enter(promptOf(1), 10, fine);
    scheduler.round();
    batch.garbles = slot -> slot == 0;

    IntStream.range(0, 12).forEach(round -> scheduler.round());

    assertThat(status(garbled).getCode()).isEqualTo(Status.Code.INTERNAL);
    assertThat(fine.tokens()).hasSize(10);
  }

  @Test
  void cancellingFreesTheSlotInTheNextRound() {
    RecordingListener listener = new RecordingListener();
    Sequence prefilling = enter(promptOf(10 * CHUNK), 5, listener);
    scheduler.round();
    assertThat(batch.length(0)).isEqualTo(CHUNK);

    prefilling.cancel();

    assertThat(scheduler.round()).isFalse();
    assertThat(scheduler.running()).isZero();
    assertThat(batch.length(0)).isEqualTo(CHUNK);
    assertThat(status(listener).getCode()).isEqualTo(Status.Code.CANCELLED);
  }

  @Test
  void whoIsCancelledOrLateWhileItWaitsNeverReachesTheBatch() {
    IntStream.range(0, 3).forEach(i -> enter(promptOf(1), 300, new RecordingListener()));
    scheduler.round();
    RecordingListener late = new RecordingListener();
    RecordingListener cancelled = new RecordingListener();
    enter(promptOf(2), 5, late, now.plusSeconds(1));
    enter(promptOf(2), 5, cancelled).cancel();

    now = now.plusSeconds(1);
    scheduler.round();

    assertThat(status(late).getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED);
    assertThat(status(late).getDescription()).contains("after 0 tokens");
    assertThat(status(cancelled).getCode()).isEqualTo(Status.Code.CANCELLED);
    assertThat(queue.size()).isZero();
    assertThat(batch.appends).noneMatch(append -> append.ids().size() == 2);
  }

  @Test
  void memoryThatIsNotThereForAStepFailsTheOneThatNeedsItAlone() {
    List<RecordingListener> listeners =
        List.of(new RecordingListener(), new RecordingListener(), new RecordingListener());
    listeners.forEach(listener -> enter(promptOf(1), 10, listener));
    IntStream.range(0, 4).forEach(round -> scheduler.round());

    batch.failure = () -> new OutOfMemoryError("Cannot reserve 80 bytes of direct buffer memory");
    batch.fails = slot -> slot == 1;
    IntStream.range(0, 10).forEach(round -> scheduler.round());

    assertThat(status(listeners.get(1)).getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
    assertThat(status(listeners.get(1)).getDescription())
        .isEqualTo(
            "direct memory of the decoder: none left after 4 tokens, Cannot reserve 80 bytes of"
                + " direct buffer memory (expected: enough for all slots, see"
                + " -XX:MaxDirectMemorySize)");
    assertThat(Problems.retryAfter(Objects.requireNonNull(listeners.get(1).problem()))).isPresent();
    assertThat(listeners.get(0).tokens()).containsExactly(1, 2, 3, 4, 5, 6, 7, 8, 9, 10);
    assertThat(listeners.get(2).tokens()).containsExactly(1, 2, 3, 4, 5, 6, 7, 8, 9, 10);
  }

  @Test
  void memoryThatIsNotThereForAStepOnceFailsNobody() {
    List<RecordingListener> listeners = List.of(new RecordingListener(), new RecordingListener());
    listeners.forEach(listener -> enter(promptOf(1), 5, listener));
    IntStream.range(0, 2).forEach(round -> scheduler.round());
    AtomicInteger calls = new AtomicInteger();

    batch.failure = () -> new OutOfMemoryError("Java heap space");
    batch.fails = slot -> calls.getAndIncrement() == 0;
    IntStream.range(0, 6).forEach(round -> scheduler.round());

    assertThat(listeners)
        .allSatisfy(each -> assertThat(each.tokens()).containsExactly(1, 2, 3, 4, 5));
  }

  @Test
  void memoryThatIsNotThereForAPromptFailsItAlone() {
    RecordingListener running = new RecordingListener();
    RecordingListener failing = new RecordingListener();
    enter(promptOf(1), 10, running);
    scheduler.round();
    enter(promptOf(2 * CHUNK), 10, failing);

    batch.failure = () -> new OutOfMemoryError("Java heap space");
    AtomicInteger calls = new AtomicInteger();
    batch.fails = slot -> slot == 1 && calls.getAndIncrement() == 0;
    IntStream.range(0, 10).forEach(round -> scheduler.round());

    assertThat(status(failing).getDescription()).contains("see -Xmx or -XX:MaxRAMPercentage");
    assertThat(running.tokens()).hasSize(10);
    assertThat(scheduler.round()).isFalse();
  }

  @Test
  void theSameSeedGivesTheSameTokensWhoeverRunsBeside() {
    batch.peak = 2;
    RecordingListener alone = sampled(0, 42);
    RecordingListener besideOthers = sampled(2, 42);
    RecordingListener otherSeed = sampled(0, 43);

    assertThat(besideOthers.tokens()).isEqualTo(alone.tokens());
    assertThat(otherSeed.tokens()).isNotEqualTo(alone.tokens());
  }

  private RecordingListener sampled(int others, long seed) {
    IntStream.range(0, others).forEach(i -> enter(promptOf(3), 40, new RecordingListener()));
    RecordingListener listener = new RecordingListener();
    SamplingSettings hot = new SamplingSettings(1, 1, 0, seed);
    enter(promptOf(1), new DecodeTask.Generate(hot, 5), listener, Instant.MAX);
    while (scheduler.round()) {
      assertThat(scheduler.running()).isLessThanOrEqualTo(3);
    }
    return listener;
  }
}
