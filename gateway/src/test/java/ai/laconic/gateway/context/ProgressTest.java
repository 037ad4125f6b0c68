package ai.laconic.gateway.context;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.laconic.gateway.pool.SpanWindow;
import ai.laconic.v1.CompressionProgress;
import ai.laconic.v1.LatentRef;
import ai.laconic.v1.Windowing;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;

class ProgressTest {
  private final Progress progress = new Progress();

  private static SpanWindow window(boolean reused) {
    return new SpanWindow(
        LatentRef.newBuilder().setLatents(3).build(),
        10,
        40,
        100,
        reused,
        Windowing.WINDOWING_FIXED);
  }

  @Test
  void aSlowReaderFindsTheNewestSums() throws Exception {
    progress.received(100);
    progress.encoded(window(true));
    progress.encoded(window(false));
    assertThat(progress.next())
        .contains(
            CompressionProgress.newBuilder()
                .setReceivedBytes(100)
                .setEncodedBytes(80)
                .setTokens(20)
                .setLatents(6)
                .setWindows(2)
                .setReusedWindows(1)
                .build());
  }

  @Test
  void theLastNewsComeBeforeTheEnd() throws Exception {
    progress.received(1);
    progress.finish();
    assertThat(progress.next()).isPresent();
    assertThat(progress.next()).isEmpty();
  }

  @Test
  void theFirstFailureIsTheOneThatIsSeen() {
    progress.received(1);
    progress.fail(new IllegalStateException("first"));
    progress.fail(new IllegalStateException("second"));
    assertThatThrownBy(progress::next)
        .isInstanceOf(ExecutionException.class)
        .hasRootCauseMessage("first");
  }
}
