package ai.laconic.decoder.engine;

import static ai.laconic.decoder.engine.CountingModel.startingWith;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.google.rpc.RetryInfo;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What every engine does, shown with the {@link CountingModel}. */
public abstract class DecoderEngineContract {
  protected static final int MAX_POSITIONS = 200;
  private static final Duration LONG = Duration.ofMinutes(1);
  private static final int ALL = 150;

  /** Opens an engine over the counting model; the subclass closes it after the test. */
  protected abstract DecoderEngine open(int slots, int queueLimit, Duration pauseLimit);

  private static GenerationRequest request(DecodePrompt prompt, int maxTokens) {
    return new GenerationRequest(prompt, SamplingSettings.GREEDY, maxTokens, Instant.MAX);
  }

  private static void awaitEnd(RecordingListener listener) {
    await().atMost(Duration.ofSeconds(20)).until(listener::ended);
  }

  private static Status status(RecordingListener listener) {
    return Objects.requireNonNull(listener.problem(), "problem").getStatus();
  }

  private static void awaitIdle(DecoderEngine engine) {
    await().until(() -> engine.load().equals(new EngineLoad(0, 0)));
  }

  @Test
  void tellsTokensInOrderUntilTheModelStops() {
    DecoderEngine engine = open(1, 4, LONG);
    RecordingListener listener = new RecordingListener();

    engine.generate(request(startingWith(89), ALL), listener);

    awaitEnd(listener);
    assertThat(listener.tokens()).containsExactly(89, 90, 91, 92, 93, 94, 95, 96, 97);
    assertThat(listener.reason()).isEqualTo(EndReason.STOP);
    assertThat(listener.endsAndTokensAfter()).isEqualTo(1);
    awaitIdle(engine);
    engine.checkRoom();
  }

  @Test
  void endsAtTheMostTokensAllowed() {
    RecordingListener listener = new RecordingListener();

    open(1, 4, LONG).generate(request(startingWith(5), 3), listener);

    awaitEnd(listener);
    assertThat(listener.tokens()).containsExactly(5, 6, 7);
    assertThat(listener.reason()).isEqualTo(EndReason.LENGTH);
  }

  @Test
  void readsLatentsInThePlaceOfPlaceholders() {
    int gap = CountingModel.PLACEHOLDER;
    DecodePrompt prompt =
        new DecodePrompt(new int[] {1, gap, 2, gap, gap}, new float[] {1, 2, 3, 4, 5, 6});
    RecordingListener listener = new RecordingListener();

    open(1, 4, LONG).generate(request(prompt, 2), listener);

    awaitEnd(listener);
    assertThat(listener.tokens()).containsExactly(24, 25);
  }

  @Test
  void runsManyThroughFewSlots() {
    DecoderEngine engine = open(2, 16, LONG);
    List<RecordingListener> listeners = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      listeners.add(new RecordingListener());
      engine.generate(request(startingWith(i), 20), listeners.get(i));
    }

    listeners.forEach(DecoderEngineContract::awaitEnd);
    for (int i = 0; i < 12; i++) {
      assertThat(listeners.get(i).tokens())
          .containsExactlyElementsOf(IntStream.range(i, i + 20).boxed().toList());
    }
    awaitIdle(engine);
  }

  @Test
  void cancellingFailsItWithCancelledAndFreesItsPlace() {
    DecoderEngine engine = open(1, 1, LONG);
    RecordingListener first = RecordingListener.taking(2);
    RecordingListener second = new RecordingListener();
    Generation cancelled = engine.generate(request(startingWith(0), ALL), first);
    await().until(() -> first.tokens().size() >= 2);

    cancelled.cancel();
    engine.generate(request(startingWith(7), 1), second);

    awaitEnd(first);
    awaitEnd(second);
    assertThat(status(first).getCode()).isEqualTo(Status.Code.CANCELLED);
    assertThat(status(first).getDescription()).contains("tokens");
    assertThat(second.tokens()).containsExactly(7);
    assertThat(first.endsAndTokensAfter()).isEqualTo(1);
    awaitIdle(engine);
  }

  @Test
  void cancellingAfterTheEndDoesNothing() {
    RecordingListener listener = new RecordingListener();
    Generation generation = open(1, 1, LONG).generate(request(startingWith(0), 1), listener);
    awaitEnd(listener);

    generation.cancel();
    generation.resume();

    assertThat(listener.reason()).isEqualTo(EndReason.LENGTH);
    assertThat(listener.endsAndTokensAfter()).isEqualTo(1);
  }

  @Test
  void leavesOutAListenerThatIsNotReadyAndLosesNothing() {
    DecoderEngine engine = open(2, 4, LONG);
    RecordingListener slow = RecordingListener.taking(1);
    RecordingListener quick = new RecordingListener();
    Generation paused = engine.generate(request(startingWith(0), 50), slow);
    await().until(() -> !slow.tokens().isEmpty());

    engine.generate(request(startingWith(10), 60), quick);

    awaitEnd(quick);
    assertThat(quick.tokens()).hasSize(60);
    assertThat(slow.tokens()).containsExactly(0);
    slow.takeAll();
    paused.resume();
    awaitEnd(slow);
    assertThat(slow.tokens()).containsExactlyElementsOf(IntStream.range(0, 50).boxed().toList());
  }

  @Test
  void failsAListenerThatTakesNothingForTooLong() {
    DecoderEngine engine = open(1, 4, Duration.ofMillis(50));
    RecordingListener slow = RecordingListener.taking(1);

    engine.generate(request(startingWith(0), 50), slow);

    awaitEnd(slow);
    assertThat(status(slow).getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
    assertThat(status(slow).getDescription())
        .isEqualTo(
            "generation paused: longer than 50 ms after 1 tokens"
                + " (expected: a client that reads on sooner)");
    awaitIdle(engine);
  }

  @Test
  void refusesWhatDoesNotFit() {
    DecoderEngine engine = open(1, 4, LONG);
    RecordingListener listener = new RecordingListener();

    assertThatThrownBy(() -> engine.generate(request(startingWith(0), MAX_POSITIONS), listener))
        .isInstanceOf(StatusRuntimeException.class)
        .hasMessage(
            "OUT_OF_RANGE: prompt and max_tokens: 1 + 200 positions"
                + " (expected: at most 200 together)");
    assertThat(listener.ended()).isFalse();
  }

  @Test
  void refusesLatentsThatAreNotThePrompts() {
    DecoderEngine engine = open(1, 4, LONG);
    DecodePrompt missing = new DecodePrompt(new int[] {1, CountingModel.PLACEHOLDER}, new float[0]);

    assertThatThrownBy(() -> engine.generate(request(missing, 1), new RecordingListener()))
        .hasMessage("INVALID_ARGUMENT: latents: 0 numbers (expected: 1 placeholders x 2)");
  }

  @Test
  void refusesOneMoreThanMayWait() {
    DecoderEngine engine = open(1, 2, LONG);
    List<RecordingListener> listeners = new ArrayList<>();
    List<Generation> generations = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      RecordingListener listener = RecordingListener.taking(1);
      listeners.add(listener);
      generations.add(engine.generate(request(startingWith(i), 9), listener));
      await().until(() -> engine.load().running() == 1);
    }

    assertThatThrownBy(() -> engine.generate(request(startingWith(0), 1), new RecordingListener()))
        .hasMessage("RESOURCE_EXHAUSTED: generations waiting: 3 (expected: at most 2)")
        .satisfies(DecoderEngineContract::tellsWhenToComeBack);

    assertThatThrownBy(engine::checkRoom).hasMessageStartingWith("RESOURCE_EXHAUSTED");
    assertThat(engine.load()).isEqualTo(new EngineLoad(1, 2));
    listeners.forEach(RecordingListener::takeAll);
    generations.forEach(Generation::resume);
    listeners.forEach(DecoderEngineContract::awaitEnd);
    assertThat(listeners).allSatisfy(each -> assertThat(each.tokens()).hasSize(9));
  }

  private static void tellsWhenToComeBack(Throwable thrown) {
    com.google.rpc.Status status = Objects.requireNonNull(StatusProto.fromThrowable(thrown));
    assertThat(status.getDetailsList()).anyMatch(detail -> detail.is(RetryInfo.class));
  }

  @Test
  void failsWhatIsLate() {
    DecoderEngine engine = open(1, 4, LONG);
    RecordingListener running = RecordingListener.taking(1);
    Instant soon = Instant.now().plusMillis(200);

    engine.generate(
        new GenerationRequest(startingWith(0), SamplingSettings.GREEDY, 50, soon), running);

    awaitEnd(running);
    assertThat(status(running).getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED);
    assertThat(status(running).getDescription())
        .matches("generation: deadline passed after [01] tokens.*");
    awaitIdle(engine);
  }

  @Test
  void closingFailsWhatRunsAndWaits() {
    DecoderEngine engine = open(1, 4, LONG);
    RecordingListener running = RecordingListener.taking(1);
    RecordingListener waiting = RecordingListener.taking(1);
    engine.generate(request(startingWith(0), 50), running);
    engine.generate(request(startingWith(0), 50), waiting);
    await().until(() -> !running.tokens().isEmpty());

    engine.close();

    awaitEnd(running);
    awaitEnd(waiting);
    assertThat(List.of(status(running).getCode(), status(waiting).getCode()))
        .containsOnly(Status.Code.UNAVAILABLE);
    assertThat(engine.ready()).isFalse();
    assertThatThrownBy(() -> engine.generate(request(startingWith(0), 1), new RecordingListener()))
        .hasMessageStartingWith("UNAVAILABLE: engine: shutting down");
  }

  @Test
  void aListenerThatThrowsHarmsOnlyItself() {
    DecoderEngine engine = open(2, 4, LONG);
    RecordingListener other = new RecordingListener();
    RecordingListener broken = new RecordingListener();
    engine.generate(
        request(startingWith(0), 50),
        new TokenListener() {
          @Override
          public boolean ready() {
            return true;
          }

          @Override
          public void token(int id) {
            throw new IllegalStateException("a listener's own bug");
          }

          @Override
          public void finished(EndReason reason) {
            broken.finished(reason);
          }

          @Override
          public void failed(StatusRuntimeException problem) {
            broken.failed(problem);
          }
        });

    engine.generate(request(startingWith(3), 5), other);

    awaitEnd(other);
    awaitEnd(broken);
    assertThat(other.tokens()).containsExactly(3, 4, 5, 6, 7);
    assertThat(status(broken).getCode()).isEqualTo(Status.Code.INTERNAL);
    assertThat(engine.ready()).isTrue();
    awaitIdle(engine);
  }
}
