package ai.laconic.decoder.engine.onnx;

import static ai.laconic.decoder.engine.CountingModel.request;
import static ai.laconic.decoder.engine.CountingModel.startingWith;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import ai.laconic.decoder.engine.CountingModel;
import ai.laconic.decoder.engine.DecodePrompt;
import ai.laconic.decoder.engine.DecodeTask;
import ai.laconic.decoder.engine.DecoderEngine;
import ai.laconic.decoder.engine.DecoderEngineContract;
import ai.laconic.decoder.engine.EndReason;
import ai.laconic.decoder.engine.EngineLoad;
import ai.laconic.decoder.engine.EngineRequest;
import ai.laconic.decoder.engine.Generation;
import ai.laconic.decoder.engine.RecordingListener;
import ai.laconic.decoder.engine.Token;
import ai.laconic.servicekit.tenant.TenantId;
import io.grpc.Status;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BatchingEngineTest extends DecoderEngineContract {
  private final List<DecoderEngine> opened = new ArrayList<>();
  private final List<FakeBatch> batches = new ArrayList<>();
  private final List<String> exits = new CopyOnWriteArrayList<>();

  @Override
  protected DecoderEngine open(int slots) {
    return open(new FakeBatch(slots, MAX_POSITIONS));
  }

  @Override
  protected DecoderEngine openSlow(int slots) {
    FakeBatch batch = new FakeBatch(slots, MAX_POSITIONS);
    batch.stepTime = Duration.ofMillis(100);
    return open(batch);
  }

  private DecoderEngine open(FakeBatch batch) {
    BatchingSettings settings =
        new BatchingSettings(
            CountingModel.WIDTH, 3, Duration.ofMillis(50), Set.of(CountingModel.END));
    DecoderEngine engine =
        new BatchingEngine(batch, settings, InstantSource.system(), exits::add).start();
    batches.add(batch);
    opened.add(engine);
    return engine;
  }

  @AfterEach
  void closesTheBatchAfterItsLastUse() {
    opened.forEach(DecoderEngine::close);
    assertThat(batches).allMatch(batch -> batch.closed);
  }

  private static EngineRequest scoring(DecodePrompt prompt, int... continuation) {
    return prompt.request(
        TenantId.DEFAULT,
        new DecodeTask.Score(continuation),
        Instant.MAX,
        CountingModel.PLACEHOLDER);
  }

  private static void awaitEnd(RecordingListener listener) {
    await().atMost(Duration.ofSeconds(20)).until(listener::ended);
  }

  private static Status status(RecordingListener listener) {
    awaitEnd(listener);
    return Objects.requireNonNull(listener.problem(), "problem").getStatus();
  }

  @Test
  void scoresGivenTokensOneByOne() {
    DecoderEngine engine = open(1);
    RecordingListener listener = new RecordingListener();

    // The model would say 5, 6, then 42 after 41, and END after 97.
    engine.submit(scoring(startingWith(5), 5, 6, 41, 42, 97, CountingModel.END, 3), listener);

    awaitEnd(listener);
    engine.checkScores();
    assertThat(listener.tokens()).containsExactly(5, 6, 41, 42, 97, CountingModel.END, 3);
    assertThat(listener.reason()).isEqualTo(EndReason.LENGTH);
    assertThat(listener.scores())
        .extracting(Token.Score::firstChoice)
        .containsExactly(true, true, false, true, false, true, false);
    assertThat(listener.scores().get(0).logprob()).isGreaterThan(-1e-3f).isNotPositive();
    assertThat(listener.scores().get(2).logprob()).isCloseTo(-20, within(1e-3f));
    assertThat(listener.endsAndTokensAfter()).isEqualTo(1);
    await().until(() -> engine.load().equals(new EngineLoad(0, 0)));
  }

  @Test
  void scoresBesideGenerationsThatItDoesNotTouch() {
    DecoderEngine engine = open(2);
    List<RecordingListener> generated = new ArrayList<>();
    List<RecordingListener> scored = new ArrayList<>();
    int[] counting = IntStream.range(7, 47).toArray();
    for (int i = 0; i < 4; i++) {
      generated.add(new RecordingListener());
      scored.add(new RecordingListener());
      engine.submit(request(startingWith(7), 40), generated.get(i));
      engine.submit(scoring(startingWith(7), counting), scored.get(i));
    }

    generated.forEach(BatchingEngineTest::awaitEnd);
    scored.forEach(BatchingEngineTest::awaitEnd);
    assertThat(scored)
        .allSatisfy(each -> assertThat(each.tokens()).isEqualTo(generated.get(0).tokens()))
        .allSatisfy(each -> assertThat(each.scores()).allMatch(Token.Score::firstChoice));
  }

  @Test
  void refusesAScoringThatDoesNotFitOrNamesNoToken() {
    DecoderEngine engine = open(1);
    RecordingListener listener = new RecordingListener();

    assertThatThrownBy(
            () -> engine.submit(scoring(startingWith(0), new int[MAX_POSITIONS]), listener))
        .hasMessage(
            "OUT_OF_RANGE: prompt and continuation: 1 + 200 positions"
                + " (expected: at most 200 together)");
    assertThatThrownBy(() -> engine.submit(scoring(startingWith(0), 4, 100), listener))
        .hasMessage("INVALID_ARGUMENT: continuation id: 100 (expected: 0 to 99)");
    assertThatThrownBy(() -> scoring(startingWith(0)))
        .hasMessage("continuation: 0 ids (expected: 1 or more)");
    assertThat(listener.ended()).isFalse();
  }

  @Test
  void cancellingAScoringFreesItsSlot() {
    DecoderEngine engine = openSlow(1);
    RecordingListener listener = new RecordingListener();
    Generation scoring = engine.submit(scoring(startingWith(0), new int[150]), listener);
    await().until(() -> !listener.tokens().isEmpty());

    scoring.cancel();

    assertThat(status(listener).getCode()).isEqualTo(Status.Code.CANCELLED);
    await().until(() -> engine.load().equals(new EngineLoad(0, 0)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"Cannot reserve 80 bytes of direct buffer memory", "Java heap space"})
  void memoryThatIsNotThereFailsOneGenerationAndNotTheEngine(String words) {
    FakeBatch batch = new FakeBatch(2, MAX_POSITIONS);
    batch.failure = () -> new OutOfMemoryError(words);
    batch.fails = slot -> true;
    DecoderEngine engine = open(batch);
    for (int i = 0; i < 5; i++) {
      RecordingListener failing = new RecordingListener();
      engine.submit(request(startingWith(3), 5), failing);
      assertThat(status(failing).getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
    }

    batch.fails = slot -> false;
    RecordingListener next = new RecordingListener();
    engine.submit(request(startingWith(3), 2), next);

    awaitEnd(next);
    assertThat(next.tokens()).containsExactly(3, 4);
    assertThat(engine.ready()).isTrue();
    assertThat(exits).isEmpty();
  }

  @Test
  void aLoopThatFailsEndsAllThatItHasAndThenTheProcess() {
    FakeBatch batch = new FakeBatch(1, MAX_POSITIONS);
    batch.stepTime = Duration.ofMillis(100);
    DecoderEngine engine = open(batch);
    RecordingListener running = new RecordingListener();
    RecordingListener waiting = new RecordingListener();
    Generation generation = engine.submit(request(startingWith(0), 90), running);
    engine.submit(request(startingWith(0), 90), waiting);
    await().until(() -> !running.tokens().isEmpty());

    batch.stuck = true;
    generation.cancel();

    assertThat(status(running).getCode()).isEqualTo(Status.Code.UNAVAILABLE);
    assertThat(status(waiting).getCode()).isEqualTo(Status.Code.UNAVAILABLE);
    await().until(() -> !exits.isEmpty());
    assertThat(exits)
        .singleElement(InstanceOfAssertFactories.STRING)
        .startsWith("The decoder's loop failed")
        .contains("stuck");
    assertThat(engine.ready()).isFalse();
  }

  @Test
  void closesTwice() {
    DecoderEngine engine = open(1);

    engine.close();
    engine.close();

    assertThat(engine.ready()).isFalse();
    assertThat(exits).isEmpty();
  }
}
