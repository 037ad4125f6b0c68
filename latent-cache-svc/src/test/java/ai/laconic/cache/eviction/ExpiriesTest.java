package ai.laconic.cache.eviction;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;

class ExpiriesTest {
  private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

  private final Expiries<String> expiries = new Expiries<>();

  @Test
  void keysExpireSoonestFirstAndNotBeforeTheirTime() {
    expiries.extend("late", START.plusSeconds(3));
    expiries.extend("soon", START.plusSeconds(1));

    assertThat(expiries.pollExpired(START)).isEmpty();
    assertThat(expiries.pollExpired(START.plusSeconds(3))).contains("soon");
    assertThat(expiries.pollExpired(START.plusSeconds(3))).contains("late");
    assertThat(expiries.pollExpired(START.plusSeconds(3))).isEmpty();
  }

  @Test
  void aTimeMovesOnlyToLater() {
    assertThat(expiries.extend("a", START.plusSeconds(2))).isTrue();
    assertThat(expiries.extend("a", START.plusSeconds(1))).isFalse();
    assertThat(expiries.extend("a", START.plusSeconds(2))).isFalse();
    assertThat(expiries.find("a")).contains(START.plusSeconds(2));

    assertThat(expiries.extend("a", START.plusSeconds(5))).isTrue();
    assertThat(expiries.pollExpired(START.plusSeconds(4))).isEmpty();
    assertThat(expiries.pollExpired(START.plusSeconds(5))).contains("a");
  }

  @Test
  void keysOfOneMomentAreAllKept() {
    expiries.extend("a", START);
    expiries.extend("b", START);
    expiries.remove("a");

    assertThat(expiries.pollExpired(START)).contains("b");
    assertThat(expiries.pollExpired(START)).isEmpty();
    assertThat(expiries.find("b")).isEmpty();
  }
}
