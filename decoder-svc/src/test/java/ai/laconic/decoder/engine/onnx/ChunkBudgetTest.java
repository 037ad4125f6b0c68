package ai.laconic.decoder.engine.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class ChunkBudgetTest {
  @Test
  void asManyPositionsAsFitTheTime() {
    ChunkBudget budget = new ChunkBudget(Duration.ofMillis(50), 512);
    assertThat(budget.positions(true)).isEqualTo(512);

    budget.took(100, Duration.ofMillis(50));

    assertThat(budget.positions(true)).isEqualTo(100);
    assertThat(budget.positions(false)).isEqualTo(512);
  }

  @Test
  void aTimeWithoutEndIsNoBound() {
    ChunkBudget budget = new ChunkBudget(Duration.ofSeconds(Long.MAX_VALUE), 512);

    budget.took(100, Duration.ofMillis(50));

    assertThat(budget.positions(true)).isEqualTo(512);
  }
}
