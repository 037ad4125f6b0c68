package ai.laconic.encoder.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.laconic.runtime.Golden;
import ai.laconic.runtime.model.ModelDirectory;
import ai.laconic.runtime.model.ModelDirectoryException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every engine does, with the golden model. */
abstract class EncoderEngineContract {
  private EncoderEngine engine;
  private ModelDirectory model;

  /** Opens an engine on the golden model. */
  protected abstract EncoderEngine open(ModelDirectory model);

  @BeforeEach
  void openEngine() throws ModelDirectoryException {
    model = ModelDirectory.open(Golden.checkpoint());
    engine = open(model);
  }

  protected final EncoderEngine engine() {
    return engine;
  }

  protected final ModelDirectory model() {
    return model;
  }

  @Test
  void equalsTheReference() {
    List<int[]> windows = new ArrayList<>();
    List<float[]> expected = new ArrayList<>();
    for (Golden.Span span : Golden.load().spans()) {
      for (int from = 0; from < span.ids().length; from += model.windowTokens()) {
        int to = Math.min(from + model.windowTokens(), span.ids().length);
        windows.add(Arrays.copyOfRange(span.ids(), from, to));
        expected.add(latents(span, from / 4, (to + 3) / 4));
      }
    }

    List<float[]> latents = engine.encode(windows);

    assertThat(windows).extracting(window -> window.length).contains(1, model.windowTokens());
    assertThat(latents).hasSameSizeAs(expected);
    for (int i = 0; i < latents.size(); i++) {
      assertThat(latents.get(i))
          .as("window %d", i)
          .containsExactly(expected.get(i), within(Golden.LATENT_TOLERANCE));
    }
  }

  private static float[] latents(Golden.Span span, int from, int to) {
    int width = span.latents()[0].length;
    float[] latents = new float[(to - from) * width];
    for (int row = from; row < to; row++) {
      System.arraycopy(span.latents()[row], 0, latents, (row - from) * width, width);
    }
    return latents;
  }

  @Test
  void encodesNothing() {
    assertThat(engine.encode(List.of())).isEmpty();
  }

  @Test
  void refusesWindowsThatTheModelWasNotMadeFor() {
    assertRefused(new int[0], "window: 0 ids (expected: 1 to 64)");
    assertRefused(new int[65], "window: 65 ids (expected: 1 to 64)");
    int vocabulary = model.encoder().vocabularySize();
    assertRefused(
        new int[] {1, vocabulary},
        "id: " + vocabulary + " (expected: 0 to " + (vocabulary - 1) + ")");
    assertRefused(new int[] {-1}, "id: -1 (expected: 0 to " + (vocabulary - 1) + ")");
  }

  private void assertRefused(int[] window, String message) {
    assertThatThrownBy(() -> engine.encode(List.of(new int[] {1}, window)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(message);
  }

  @Test
  void isReady() {
    assertThat(engine.ready()).isTrue();
  }

  @Test
  void encodesNothingMoreOnceItIsClosed() {
    engine.close();
    engine.close();

    assertThatThrownBy(() -> engine.encode(List.of(new int[] {1})))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("encoder: closed (expected: open)");
  }
}
