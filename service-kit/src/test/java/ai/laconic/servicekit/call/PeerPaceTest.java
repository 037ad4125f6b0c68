package ai.laconic.servicekit.call;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.springframework.util.unit.DataSize;

class PeerPaceTest {
  private static final long SECOND = 1_000_000_000L;

  private final PeerPace pace =
      new PeerPace(new MinDataRate(DataSize.ofBytes(100), Duration.ofSeconds(30)));

  @Test
  void onePeerMaySayNothingForTheGrace() {
    assertThat(pace.leftNanos()).isEqualTo(30 * SECOND);
    pace.waited(30 * SECOND);
    assertThat(pace.leftNanos()).isZero();
    assertThat(pace.tooSlow("its client sends too slowly"))
        .hasMessageContaining("RESOURCE_EXHAUSTED: call: its client sends too slowly")
        .hasMessageContaining("100B/s");
  }

  @Test
  void onePeerThatIsMerelySlowMayTakeAnyTime() {
    for (int i = 0; i < 100_000; i++) {
      pace.waited(10 * SECOND);
      pace.moved(1000);
    }
    assertThat(pace.leftNanos()).isGreaterThan(19 * SECOND);
  }

  @Test
  void onePeerThatTricklesIsEnded() {
    int messages = 0;
    while (pace.leftNanos() > 0) {
      pace.waited(4 * SECOND);
      pace.moved(1);
      messages++;
    }
    assertThat(messages).isBetween(8, 9);
  }

  @Test
  void beingAheadIsNoCredit() {
    pace.moved(1_000_000);
    assertThat(pace.leftNanos()).isEqualTo(30 * SECOND);
  }

  @Test
  void refusesRatesThatMakeNoSense() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new MinDataRate(DataSize.ofBytes(0), Duration.ofSeconds(1)))
        .withMessageContaining("bytes-per-second: 0B");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new MinDataRate(DataSize.ofBytes(1), Duration.ZERO))
        .withMessageContaining("grace: PT0S");
  }
}
