package ai.laconic.decoder.engine.triton;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ai.laconic.decoder.engine.CountingModel;
import ai.laconic.decoder.engine.DecodePrompt;
import ai.laconic.decoder.engine.DecoderEngine;
import ai.laconic.decoder.engine.DecoderEngineContract;
import ai.laconic.decoder.engine.EngineLoad;
import ai.laconic.decoder.engine.Generation;
import ai.laconic.decoder.engine.RecordingListener;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What every engine does, by a real Triton server. */
@SuppressWarnings("NullAway.Init")
class CountingOnTritonIT extends DecoderEngineContract {
  /** More than any test lets wait. */
  private static final int QUEUE_LIMIT = 128;

  @TempDir static Path folder;
  private static RealServer triton;

  @BeforeAll
  static void start() throws Exception {
    triton = new RealServer(folder);
  }

  @AfterAll
  static void stop() {
    if (triton != null) {
      triton.close();
    }
  }

  @AfterEach
  void close() {
    triton.stallLimit = TritonHarness.LONG;
    triton.firstTokenLimit = TritonHarness.LONG;
    triton.closeEngines();
  }

  @Override
  protected DecoderEngine open(int slots) {
    return open(slots, Duration.ZERO);
  }

  @Override
  protected DecoderEngine openSlow(int slots) {
    return open(slots, Duration.ofMillis(100));
  }

  private static TritonEngine open(int slots, Duration step) {
    try {
      return triton.open(
          triton.addCounting(slots, QUEUE_LIMIT, step),
          RealServer.golden().fingerprint(),
          CountingModel.info(slots, MAX_POSITIONS));
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void cancellingFreesTheSlotWithinTwoSteps() throws Exception {
    Duration step = Duration.ofMillis(200);
    DecoderEngine engine = open(1, step);
    String model = "counting_1_128_200";
    RecordingListener listener = new RecordingListener();
    Generation generation =
        engine.submit(TritonHarness.request(CountingModel.startingWith(0), 90), listener);
    await().pollInterval(Duration.ofMillis(5)).until(() -> listener.tokens().size() >= 3);

    generation.cancel();

    await().until(() -> triton.metric("lclm_running", model) == 0);
    await().until(() -> triton.metric("lclm_kv_use", model) == 0);
    assertThat(triton.metric("lclm_tokens", model)).isBetween(3.0, 5.0);
  }

  @Test
  void whoWaitsAndGoesIsNotComputed() throws Exception {
    DecoderEngine engine = open(1, Duration.ofMillis(20));
    String model = "counting_1_128_20";
    RecordingListener first = new RecordingListener();
    RecordingListener second = new RecordingListener();
    engine.submit(TritonHarness.request(CountingModel.startingWith(0), 80), first);
    Generation waiting =
        engine.submit(TritonHarness.request(CountingModel.startingWith(1), 80), second);
    await().until(() -> triton.metric("lclm_waiting", model) == 1);

    waiting.cancel();

    await().until(() -> triton.metric("lclm_waiting", model) == 0);
    TritonHarness.awaitEnd(first);
    await().until(() -> triton.metric("lclm_tokens", model) == 80);
  }

  @Test
  void theModelsOwnQueueRefusesHonestly() throws Exception {
    String model = triton.addCounting(1, 1, Duration.ofMillis(50));
    // As other decoders on the same server may have filled it.
    TritonEngine engine =
        triton.open(model, RealServer.golden().fingerprint(), CountingModel.info(1, MAX_POSITIONS));
    RecordingListener[] listeners = new RecordingListener[3];
    for (int i = 0; i < listeners.length; i++) {
      listeners[i] = new RecordingListener();
      engine.submit(TritonHarness.request(CountingModel.startingWith(i), 40), listeners[i]);
      int admitted = Math.min(i, 1);
      await().until(() -> triton.metric("lclm_waiting", model) == admitted);
    }

    assertThat(TritonHarness.problem(listeners[2]))
        .startsWith("RESOURCE_EXHAUSTED: triton: generations waiting: 2 (expected: at most 1)");
    TritonHarness.awaitEnd(listeners[0]);
    TritonHarness.awaitEnd(listeners[1]);
    assertThat(listeners[1].tokens()).hasSize(40);
  }

  @Test
  void readsManyLatents() {
    float[] latents = new float[60 * CountingModel.WIDTH];
    Arrays.fill(latents, 1);
    int[] ids = new int[61];
    Arrays.fill(ids, CountingModel.PLACEHOLDER);
    ids[60] = 7;
    RecordingListener listener = new RecordingListener();

    open(1).submit(TritonHarness.request(new DecodePrompt(ids, latents), 2), listener);

    TritonHarness.awaitEnd(listener);
    assertThat(listener.tokens()).containsExactly(37, 38);
  }

  @Test
  void recoversFromACrashOfTheServer() throws Exception {
    DecoderEngine engine = open(1, Duration.ofMillis(100));
    RecordingListener running = new RecordingListener();
    RecordingListener waiting = new RecordingListener();
    engine.submit(TritonHarness.request(CountingModel.startingWith(0), 90), running);
    engine.submit(TritonHarness.request(CountingModel.startingWith(0), 90), waiting);
    await().until(() -> running.tokens().size() >= 3);

    triton.process().kill();

    assertThat(TritonHarness.problem(running))
        .startsWith("UNAVAILABLE: engine: ")
        .contains("after " + running.tokens().size() + " tokens");
    assertThat(TritonHarness.problem(waiting)).contains("after 0 tokens");
    await().until(() -> !engine.ready());
    assertThat(engine.load()).isEqualTo(new EngineLoad(0, 0));
    triton.restart();
    await().atMost(Duration.ofSeconds(20)).until(engine::ready);
    RecordingListener after = new RecordingListener();
    engine.submit(TritonHarness.request(CountingModel.startingWith(5), 3), after);
    TritonHarness.awaitEnd(after);
    assertThat(after.tokens()).containsExactly(5, 6, 7);
  }

  @Test
  void keepsAwayFromAModelWhoseProcessDied() throws Exception {
    triton.stallLimit = Duration.ofMillis(500);
    triton.firstTokenLimit = Duration.ofSeconds(1);
    DecoderEngine engine = open(1, Duration.ofMillis(50));
    RecordingListener running = new RecordingListener();
    RecordingListener waiting = new RecordingListener();
    engine.submit(TritonHarness.request(CountingModel.startingWith(0), 90), running);
    engine.submit(TritonHarness.request(CountingModel.startingWith(0), 90), waiting);
    await().until(() -> running.tokens().size() >= 3);

    triton.process().killModels();

    assertThat(TritonHarness.problem(running))
        .startsWith("UNAVAILABLE: engine: triton: after ")
        .endsWith("nothing more for 500 ms");
    assertThat(TritonHarness.problem(waiting))
        .isEqualTo("UNAVAILABLE: engine: triton: after 0 tokens: no first token for 1000 ms");
    await().until(() -> !engine.ready());
    triton.process().kill();
    triton.restart();
    await().atMost(Duration.ofSeconds(40)).until(engine::ready);
    RecordingListener after = new RecordingListener();
    engine.submit(TritonHarness.request(CountingModel.startingWith(5), 3), after);
    TritonHarness.awaitEnd(after);
    assertThat(after.tokens()).containsExactly(5, 6, 7);
  }
}
