package ai.laconic.encoder.engine;

import static org.assertj.core.api.Assertions.assertThat;

import ai.laconic.runtime.model.CompressionRatio;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RequestWindowsTest {
  private static final ModelShape MODEL = new ModelShape(new CompressionRatio(4), 1024, 2560, 1000);

  @Test
  void keepsTogetherWhatFits() {
    assertThat(latents(100, windows(8, 1024))).containsExactly(256);
    assertThat(latents(20, windows(8, 1024))).containsExactly(256);
    assertThat(latents(100, List.of())).isEmpty();
  }

  @Test
  void countsWindowsAsLongAsTheLongest() {
    List<int[]> windows = List.of(new int[1], new int[1], new int[1024], new int[1]);
    assertThat(sizes(1024 / 256, windows)).containsExactly(2, 1, 1);
    assertThat(latents(1024 / 256, windows)).containsExactly(1, 256, 1);
  }

  @Test
  void boundsManySmallWindowsToo() {
    // A batch of 8,192 ids, filled up to 32,768.
    assertThat(sizes(64, windows(8192, 1))).containsExactly(6553, 1639);
  }

  @Test
  void sendsAlone() {
    assertThat(sizes(1, windows(3, 1024))).containsExactly(1, 1, 1);
  }

  private static List<int[]> windows(int count, int ids) {
    return IntStream.range(0, count).mapToObj(i -> new int[ids]).toList();
  }

  private static List<Integer> sizes(int mebibytes, List<int[]> windows) {
    return split(mebibytes, windows).stream().map(request -> request.windows().size()).toList();
  }

  private static List<Integer> latents(int mebibytes, List<int[]> windows) {
    return split(mebibytes, windows).stream().map(RequestWindows::latents).toList();
  }

  private static List<RequestWindows> split(int mebibytes, List<int[]> windows) {
    return RequestWindows.split(windows, MODEL, (long) mebibytes << 20);
  }
}
