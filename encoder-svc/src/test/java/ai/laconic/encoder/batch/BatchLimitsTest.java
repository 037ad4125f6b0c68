package ai.laconic.encoder.batch;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class BatchLimitsTest {
  @Test
  void refusesBoundsThatCanNotWork() {
    assertThatThrownBy(() -> new BatchLimits(0, Duration.ZERO, 10))
        .hasMessage("batch.max-tokens: 0 (expected: 1 or more)");
    assertThatThrownBy(() -> new BatchLimits(8, Duration.ofMillis(-1), 16))
        .hasMessage("batch.max-wait: PT-0.001S (expected: 0 or more)");
    assertThatThrownBy(() -> new BatchLimits(8, Duration.ZERO, 15))
        .hasMessage("queue.max-tokens: 15 (expected: at least twice batch.max-tokens, 16)");
  }
}
