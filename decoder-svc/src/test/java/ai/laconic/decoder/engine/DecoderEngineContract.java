package ai.laconic.decoder.engine;

import static ai.laconic.decoder.engine.CountingModel.request;
import static ai.laconic.decoder.engine.CountingModel.startingWith;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import ai.laconic.servicekit.tenant.TenantId;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
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
  private static final int ALL = 150;

  /** Opens an engine over the counting model; the subclass closes it after the test. */
  protected abstract DecoderEngine open(int slots);

  /**
   * The same with a model that says one token soon and takes its time for more: a long answer stays
   * until it is ended otherwise.
   */
  protected abstract DecoderEngine openSlow(int slots);

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
    DecoderEngine engine = open(1);
    RecordingListener listener = new RecordingListener();

    engine.submit(request(startingWith(89), ALL), listener);

    awaitEnd(listener);
    assertThat(listener.tokens()).containsExactly(89, 90, 91, 92, 93, 94, 95, 96, 97);
    assertThat(listener.reason()).isEqualTo(EndReason.STOP);
    assertThat(listener.endsAndTokensAfter()).isEqualTo(1);
    awaitIdle(engine);
    engine.checkAvailable();
  }

  @Test
  void endsAtTheMostTokensAllowed() {
    RecordingListener listener = new RecordingListener();

    open(1).submit(request(startingWith(5), 3), listener);

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

    open(1).submit(request(prompt, 2), listener);

    awaitEnd(listener);
    assertThat(listener.tokens()).containsExactly(24, 25);
  }

  @Test
  void runsManyThroughFewSlots() {
    DecoderEngine engine = open(2);
    List<RecordingListener> listeners = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      listeners.add(new RecordingListener());
      engine.submit(request(startingWith(i), 20), listeners.get(i));
    }

    listeners.forEach(DecoderEngineContract::awaitEnd);
    for (int i = 0; i < 12; i++) {
      assertThat(listeners.get(i).tokens())
          .containsExactlyElementsOf(IntStream.range(i, i + 20).boxed().toList());
    }
    awaitIdle(engine);
  }

  @Test
  void cancellingFailsItWithCancelledAndFreesItsSlot() {
    DecoderEngine engine = openSlow(1);
    RecordingListener first = new RecordingListener();
    RecordingListener second = new RecordingListener();
    Generation cancelled = engine.submit(request(startingWith(0), ALL), first);
    await().until(() -> !first.tokens().isEmpty());

    cancelled.cancel();
    engine.submit(request(startingWith(7), 1), second);

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
    Generation generation = open(1).submit(request(startingWith(0), 1), listener);
    awaitEnd(listener);

    generation.cancel();

    assertThat(listener.reason()).isEqualTo(EndReason.LENGTH);
    assertThat(listener.endsAndTokensAfter()).isEqualTo(1);
  }

  @Test
  void refusesWhatDoesNotFit() {
    DecoderEngine engine = open(1);
    RecordingListener listener = new RecordingListener();

    assertThatThrownBy(() -> engine.submit(request(startingWith(0), MAX_POSITIONS), listener))
        .isInstanceOf(StatusRuntimeException.class)
        .hasMessage(
            "OUT_OF_RANGE: prompt and max_tokens: 1 + 200 positions"
                + " (expected: at most 200 together)");
    assertThat(listener.ended()).isFalse();
  }

  @Test
  void refusesLatentsThatAreNotThePrompts() {
    DecoderEngine engine = open(1);
    DecodePrompt missing = new DecodePrompt(new int[] {1, CountingModel.PLACEHOLDER}, new float[0]);

    assertThatThrownBy(() -> engine.submit(request(missing, 1), new RecordingListener()))
        .hasMessage("INVALID_ARGUMENT: latents: 0 (expected: 1, one for each placeholder)");
  }

  @Test
  void letsAllWaitThatCome() {
    DecoderEngine engine = openSlow(1);
    List<Generation> generations = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      generations.add(engine.submit(request(startingWith(0), ALL), new RecordingListener()));
    }
    await().until(() -> engine.load().equals(new EngineLoad(1, 99)));
    engine.checkAvailable();
    RecordingListener last = new RecordingListener();
    engine.submit(request(startingWith(7), 1), last);

    generations.forEach(Generation::cancel);

    awaitEnd(last);
    assertThat(last.tokens()).containsExactly(7);
    awaitIdle(engine);
  }

  @Test
  void failsWhatIsLate() {
    DecoderEngine engine = openSlow(1);
    RecordingListener running = new RecordingListener();
    DecodeTask task = new DecodeTask.Generate(SamplingSettings.GREEDY, ALL);

    engine.submit(
        startingWith(0)
            .request(
                TenantId.DEFAULT, task, Instant.now().plusMillis(200), CountingModel.PLACEHOLDER),
        running);

    awaitEnd(running);
    assertThat(status(running).getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED);
    assertThat(status(running).getDescription())
        .matches("generation: deadline passed after \\d+ tokens.*");
    awaitIdle(engine);
  }

  @Test
  void closingFailsWhatRunsAndWaits() {
    DecoderEngine engine = openSlow(1);
    RecordingListener running = new RecordingListener();
    RecordingListener waiting = new RecordingListener();
    engine.submit(request(startingWith(0), ALL), running);
    engine.submit(request(startingWith(0), ALL), waiting);
    await().until(() -> !running.tokens().isEmpty());

    engine.close();

    awaitEnd(running);
    awaitEnd(waiting);
    assertThat(List.of(status(running).getCode(), status(waiting).getCode()))
        .containsOnly(Status.Code.UNAVAILABLE);
    assertThat(engine.ready()).isFalse();
    assertThatThrownBy(() -> engine.submit(request(startingWith(0), 1), new RecordingListener()))
        .hasMessageStartingWith("UNAVAILABLE: engine: shutting down");
  }

  @Test
  void aListenerThatThrowsHarmsOnlyItself() {
    DecoderEngine engine = open(2);
    RecordingListener other = new RecordingListener();
    RecordingListener broken = new RecordingListener();
    engine.submit(
        request(startingWith(0), 50),
        new TokenListener() {
          @Override
          public void token(Token token) {
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

    engine.submit(request(startingWith(3), 5), other);

    awaitEnd(other);
    awaitEnd(broken);
    assertThat(other.tokens()).containsExactly(3, 4, 5, 6, 7);
    assertThat(status(broken).getCode()).isEqualTo(Status.Code.INTERNAL);
    assertThat(engine.ready()).isTrue();
    awaitIdle(engine);
  }
}
