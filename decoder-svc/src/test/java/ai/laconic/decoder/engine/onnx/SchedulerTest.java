package ai.laconic.decoder.engine.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import ai.laconic.decoder.engine.CountingModel;
import ai.laconic.decoder.engine.DecodePrompt;
import ai.laconic.decoder.engine.DecodeTask;
import ai.laconic.decoder.engine.EndReason;
import ai.laconic.decoder.engine.EngineRequest;
import ai.laconic.decoder.engine.RecordingListener;
import ai.laconic.decoder.engine.SamplingSettings;
import ai.laconic.servicekit.error.Problems;
import ai.laconic.servicekit.tenant.TenantId;
import io.grpc.Status;
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
  private final Scheduler scheduler =
      new Scheduler(
          batch,
          new BatchingSettings(CountingModel.WIDTH, CHUNK, Set.of(CountingModel.END)),
          queue,
          () -> now);

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
            new EngineRequest(tenant, prompt, task, deadline),
            new SampledTokens(task.sampling(), Set.of(CountingModel.END)),
            listener);
    queue.add(sequence);
    return sequence;
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
  void longPromptsTakeTurns() {
    enter(promptOf(3 * CHUNK), 5, new RecordingListener());
    enter(promptOf(3 * CHUNK), 5, new RecordingListener());

    IntStream.range(0, 6).forEach(round -> scheduler.round());

    assertThat(batch.appends).extracting(FakeBatch.Append::slot).containsExactly(0, 1, 0, 1, 0, 1);
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
    assertThat(batch.length(0)).isZero();
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
