package ai.laconic.runtime.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.laconic.runtime.Golden;
import ai.laconic.runtime.model.ModelDirectory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class LatentEncoderTest {
  private static ModelDirectory model;
  private static LatentEncoder encoder;

  @BeforeAll
  static void open() throws Exception {
    model = ModelDirectory.open(Golden.checkpoint());
    encoder = LatentEncoder.open(model, Device.CPU, 1);
  }

  @AfterAll
  static void close() {
    encoder.close();
  }

  @Test
  void computesTheReferencesLatents() {
    for (Golden.Span span : Golden.load().spans()) {
      assertThat(encodeSpan(encoder, span.ids()))
          .as(span.text())
          .containsExactly(flat(span.latents()), within(Golden.LATENT_TOLERANCE));
    }
  }

  @Test
  void aBatchOfMixedLengthsEqualsEachWindowAlone() {
    List<int[]> windows =
        IntStream.of(1, 64, 3, 4, 5, 63, 17)
            .mapToObj(
                length -> IntStream.range(0, length).map(i -> (i * 37 + length) % 400).toArray())
            .toList();

    List<float[]> batch = encoder.encode(windows);

    assertThat(batch).hasSameSizeAs(windows);
    for (int i = 0; i < windows.size(); i++) {
      float[] alone = encoder.encode(List.of(windows.get(i))).get(0);
      assertThat(alone).hasSize((windows.get(i).length + 3) / 4 * model.latentWidth());
      assertThat(batch.get(i)).containsExactly(alone, within(1e-5f));
    }
  }

  @Test
  void encodesNothingFromNothing() {
    assertThat(encoder.encode(List.of())).isEmpty();
  }

  @Test
  void refusesWindowsAndIdsThatTheModelDoesNotHave() {
    assertThatThrownBy(() -> encoder.encode(List.of(new int[0])))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("window: 0 ids (expected: 1 to 64)");
    assertThatThrownBy(() -> encoder.encode(List.of(new int[65])))
        .hasMessage("window: 65 ids (expected: 1 to 64)");
    assertThatThrownBy(() -> encoder.encode(List.of(new int[] {403})))
        .hasMessage("id: 403 (expected: 0 to 402)");
    assertThatThrownBy(() -> encoder.encode(List.of(new int[] {-1})))
        .hasMessage("id: -1 (expected: 0 to 402)");
  }

  @Test
  void refusesToEncodeOnceClosed() {
    LatentEncoder other = LatentEncoder.open(model, Device.CPU, 1);
    other.close();
    other.close();

    assertThatThrownBy(() -> other.encode(List.of(new int[] {1})))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("encoder: closed (expected: open)");
  }

  static float[] encodeSpan(LatentEncoder encoder, int[] ids) {
    List<int[]> windows = new ArrayList<>();
    for (int start = 0; start < ids.length; start += 64) {
      windows.add(Arrays.copyOfRange(ids, start, Math.min(start + 64, ids.length)));
    }
    return flat(encoder.encode(windows).toArray(float[][]::new));
  }

  static float[] flat(float[][] rows) {
    int length = Arrays.stream(rows).mapToInt(row -> row.length).sum();
    float[] flat = new float[length];
    int at = 0;
    for (float[] row : rows) {
      System.arraycopy(row, 0, flat, at, row.length);
      at += row.length;
    }
    return flat;
  }
}
