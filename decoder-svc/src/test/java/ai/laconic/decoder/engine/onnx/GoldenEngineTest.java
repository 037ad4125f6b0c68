package ai.laconic.decoder.engine.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ai.laconic.decoder.engine.DecodePrompt;
import ai.laconic.decoder.engine.DecodeTask;
import ai.laconic.decoder.engine.DecoderEngine;
import ai.laconic.decoder.engine.EndReason;
import ai.laconic.decoder.engine.RecordingListener;
import ai.laconic.decoder.engine.SamplingSettings;
import ai.laconic.runtime.Golden;
import ai.laconic.runtime.model.ModelDirectory;
import ai.laconic.servicekit.tenant.TenantId;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The reference's greedy answers, through scheduler and ONNX Runtime. */
@SuppressWarnings("NullAway.Init")
class GoldenEngineTest {
  private static final Golden GOLDEN = Golden.load();
  private static DecoderEngine engine;

  @BeforeAll
  static void open() throws Exception {
    OnnxSettings settings = new OnnxSettings(1, 4, 300, 17, Duration.ofMillis(50));
    engine =
        OnnxEngines.open(
            ModelDirectory.open(Golden.checkpoint()),
            settings,
            InstantSource.system(),
            sentence -> {});
  }

  @AfterAll
  static void close() {
    engine.close();
  }

  private static RecordingListener generate(Golden.Prompt prompt) {
    RecordingListener listener = new RecordingListener();
    engine.submit(
        new DecodePrompt(prompt.promptIds(), latents(prompt))
            .request(
                TenantId.DEFAULT,
                new DecodeTask.Generate(SamplingSettings.GREEDY, prompt.tokens().length),
                Instant.MAX,
                engine.info().placeholderId()),
        listener);
    return listener;
  }

  private static float[] latents(Golden.Prompt prompt) {
    List<float[]> rows = new ArrayList<>();
    for (Golden.Part part : prompt.parts()) {
      if (part.compressed()) {
        rows.addAll(Arrays.asList(GOLDEN.span(part.text()).latents()));
      }
    }
    int width = engine.info().latentWidth();
    float[] all = new float[rows.size() * width];
    for (int row = 0; row < rows.size(); row++) {
      System.arraycopy(rows.get(row), 0, all, row * width, width);
    }
    return all;
  }

  private static void isTheReferencesAnswer(RecordingListener listener, Golden.Prompt prompt) {
    await().atMost(Duration.ofSeconds(60)).until(listener::ended);
    assertThat(listener.tokens())
        .containsExactlyElementsOf(Arrays.stream(prompt.tokens()).boxed().toList());
    assertThat(listener.reason()).isEqualTo(EndReason.LENGTH);
  }

  @Test
  void oneAfterTheOther() {
    GOLDEN.prompts().forEach(prompt -> isTheReferencesAnswer(generate(prompt), prompt));
  }

  @Test
  void itsOwnAnswersAreItsFirstChoices() {
    for (Golden.Prompt prompt : GOLDEN.prompts()) {
      RecordingListener listener = new RecordingListener();

      engine.submit(
          new DecodePrompt(prompt.promptIds(), latents(prompt))
              .request(
                  TenantId.DEFAULT,
                  new DecodeTask.Score(prompt.tokens()),
                  Instant.MAX,
                  engine.info().placeholderId()),
          listener);

      isTheReferencesAnswer(listener, prompt);
      assertThat(listener.scores())
          .hasSize(prompt.tokens().length)
          .allMatch(score -> score.firstChoice() && score.logprob() < 0);
    }
  }

  @Test
  void fourAtOnceAndMoreWaiting() {
    List<Golden.Prompt> prompts = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      prompts.addAll(GOLDEN.prompts());
    }

    List<RecordingListener> listeners = prompts.stream().map(GoldenEngineTest::generate).toList();

    for (int i = 0; i < prompts.size(); i++) {
      isTheReferencesAnswer(listeners.get(i), prompts.get(i));
    }
  }
}
