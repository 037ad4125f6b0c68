package ai.laconic.decoder.engine.triton;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class HoldOffTest {
  private static final Instant NOW = Instant.parse("2030-01-01T00:00:00Z");

  @Test
  void holdsNothingAtFirst() {
    assertThat(HoldOff.NONE.holds(NOW)).isFalse();
  }

  @Test
  void holdsForASecond() {
    HoldOff once = HoldOff.NONE.failed(NOW);

    assertThat(once.holds(NOW)).isTrue();
    assertThat(once.holds(NOW.plusMillis(999))).isTrue();
    assertThat(once.holds(NOW.plusSeconds(1))).isFalse();
  }

  @Test
  void doublesUpToHalfAMinute() {
    List<Long> seconds = new ArrayList<>();
    HoldOff holdOff = HoldOff.NONE;
    for (int i = 0; i < 7; i++) {
      holdOff = holdOff.failed(i == 0 ? NOW : holdOff.until());
      seconds.add(holdOff.length().toSeconds());
    }

    assertThat(seconds).containsExactly(1L, 2L, 4L, 8L, 16L, 30L, 30L);
  }

  @Test
  void countsFailuresTogetherAsOne() {
    HoldOff once = HoldOff.NONE.failed(NOW);

    assertThat(once.failed(NOW.plus(Duration.ofMillis(500)))).isEqualTo(once);
  }
}
