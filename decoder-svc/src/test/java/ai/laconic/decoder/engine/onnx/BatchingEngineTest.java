package ai.laconic.decoder.engine.onnx;

import static ai.laconic.decoder.engine.CountingModel.startingWith;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import ai.laconic.decoder.engine.CountingModel;
import ai.laconic.decoder.engine.DecodePrompt;
import ai.laconic.decoder.engine.DecoderEngine;
import ai.laconic.decoder.engine.DecoderEngineContract;
import ai.laconic.decoder.engine.EndReason;
import ai.laconic.decoder.engine.EngineLoad;
import ai.laconic.decoder.engine.Generation;
import ai.laconic.decoder.engine.GenerationRequest;
import ai.laconic.decoder.engine.RecordingListener;
import ai.laconic.decoder.engine.SamplingSettings;
import ai.laconic.decoder.engine.ScoreListener;
import ai.laconic.decoder.engine.ScoringRequest;
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
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class BatchingEngineTest extends DecoderEngineContract {
  private static final ScoreListener NO_SCORES = (index, logprob, first) -> {};

  private final List<DecoderEngine> opened = new ArrayList<>();
  private final List<FakeBatch> batches = new ArrayList<>();

  @Override
  protected DecoderEngine open(int slots, int queueLimit, Duration pauseLimit) {
    FakeBatch batch = new FakeBatch(slots, MAX_POSITIONS);
    BatchingSettings settings =
        new BatchingSettings(
            CountingModel.WIDTH, 3, queueLimit, pauseLimit, Set.of(CountingModel.END));
    DecoderEngine engine = new BatchingEngine(batch, settings, InstantSource.system()).start();
    batches.add(batch);
    opened.add(engine);
    return engine;
  }

  @AfterEach
  void closesTheBatchAfterItsLastUse() {
    opened.forEach(DecoderEngine::close);
    assertThat(batches).allMatch(batch -> batch.closed);
  }

  private static ScoringRequest scoring(DecodePrompt prompt, int... continuation) {
    return new ScoringRequest(prompt, continuation, Instant.MAX);
  }

  private static void awaitEnd(RecordingListener listener) {
    await().atMost(Duration.ofSeconds(20)).until(listener::ended);
  }

  @Test
  void scoresGivenTokensOneByOne() {
    DecoderEngine engine = open(1, 1, Duration.ofMinutes(1));
    List<Boolean> firsts = new CopyOnWriteArrayList<>();
    List<Float> logprobs = new CopyOnWriteArrayList<>();
    RecordingListener listener = new RecordingListener();

    // The model would say 5, 6, then 42 after 41, and END after 97.
    engine.score(
        scoring(startingWith(5), 5, 6, 41, 42, 97, CountingModel.END, 3),
        (index, logprob, first) -> {
          assertThat(index).isEqualTo(firsts.size()).isEqualTo(listener.tokens().size());
          firsts.add(first);
          logprobs.add(logprob);
        },
        listener);

    awaitEnd(listener);
    engine.checkScores();
    assertThat(listener.tokens()).containsExactly(5, 6, 41, 42, 97, CountingModel.END, 3);
    assertThat(listener.reason()).isEqualTo(EndReason.LENGTH);
    assertThat(firsts).containsExactly(true, true, false, true, false, true, false);
    assertThat(logprobs.get(0)).isGreaterThan(-1e-3f).isNotPositive();
    assertThat(logprobs.get(2)).isCloseTo(-20, within(1e-3f));
    assertThat(listener.endsAndTokensAfter()).isEqualTo(1);
    await().until(() -> engine.load().equals(new EngineLoad(0, 0)));
  }

  @Test
  void scoresBesideGenerationsThatItDoesNotTouch() {
    DecoderEngine engine = open(2, 8, Duration.ofMinutes(1));
    List<RecordingListener> generated = new ArrayList<>();
    List<RecordingListener> scored = new ArrayList<>();
    int[] counting = IntStream.range(7, 47).toArray();
    for (int i = 0; i < 4; i++) {
      generated.add(new RecordingListener());
      scored.add(new RecordingListener());
      engine.submit(
          CountingModel.request(startingWith(7), 40),
          generated.get(i));
      engine.score(
          scoring(startingWith(7), counting),
          (index, logprob, first) -> assertThat(first).isTrue(),
          scored.get(i));
    }

    generated.forEach(BatchingEngineTest::awaitEnd);
    scored.forEach(BatchingEngineTest::awaitEnd);
    assertThat(scored)
        .allSatisfy(each -> assertThat(each.tokens()).isEqualTo(generated.get(0).tokens()));
  }

  @Test
  void refusesAScoringThatDoesNotFitOrNamesNoToken() {
    DecoderEngine engine = open(1, 1, Duration.ofMinutes(1));
    RecordingListener listener = new RecordingListener();

    assertThatThrownBy(
            () ->
                engine.score(scoring(startingWith(0), new int[MAX_POSITIONS]), NO_SCORES, listener))
        .hasMessage(
            "OUT_OF_RANGE: prompt and continuation: 1 + 200 positions"
                + " (expected: at most 200 together)");
    assertThatThrownBy(() -> engine.score(scoring(startingWith(0), 4, 100), NO_SCORES, listener))
        .hasMessage("INVALID_ARGUMENT: continuation id: 100 (expected: 0 to 99)");
    assertThatThrownBy(() -> scoring(startingWith(0)))
        .hasMessage("continuation: 0 ids (expected: 1 or more)");
    assertThat(listener.ended()).isFalse();
  }

  @Test
  void cancellingAScoringFreesItsPlace() {
    DecoderEngine engine = open(1, 1, Duration.ofMinutes(1));
    RecordingListener listener = RecordingListener.taking(2);
    Generation scoring = engine.score(scoring(startingWith(0), new int[150]), NO_SCORES, listener);
    await().until(() -> listener.tokens().size() >= 2);

    scoring.cancel();

    awaitEnd(listener);
    assertThat(Objects.requireNonNull(listener.problem()).getStatus().getCode())
        .isEqualTo(Status.Code.CANCELLED);
    await().until(() -> engine.load().equals(new EngineLoad(0, 0)));
  }

  @Test
  void aScoreListenerThatThrowsHarmsOnlyItself() {
    DecoderEngine engine = open(1, 1, Duration.ofMinutes(1));
    RecordingListener broken = new RecordingListener();
    RecordingListener next = new RecordingListener();

    engine.score(
        scoring(startingWith(0), 1, 2),
        (index, logprob, first) -> {
          throw new IllegalStateException("a listener's own bug");
        },
        broken);
    awaitEnd(broken);
    engine.score(scoring(startingWith(0), 0, 1), NO_SCORES, next);

    awaitEnd(next);
    assertThat(Objects.requireNonNull(broken.problem()).getStatus().getCode())
        .isEqualTo(Status.Code.INTERNAL);
    assertThat(next.tokens()).containsExactly(0, 1);
  }

  @Test
  void closesTwice() {
    DecoderEngine engine = open(1, 1, Duration.ofSeconds(1));

    engine.close();
    engine.close();

    assertThat(engine.ready()).isFalse();
  }
}
