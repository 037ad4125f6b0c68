package ai.laconic.cache.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class MaxTtlTest {
  private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");

  private final MaxTtl max = new MaxTtl(Duration.ofDays(2));

  private static com.google.protobuf.Duration asked(long seconds, int nanos) {
    return com.google.protobuf.Duration.newBuilder().setSeconds(seconds).setNanos(nanos).build();
  }

  @Test
  void whatIsWithinItIsGiven() {
    assertThat(max.checked("ttl", asked(172_800, 0))).isEqualTo(Duration.ofDays(2));
    assertThat(max.checked("ttl", asked(0, 1))).isEqualTo(Duration.ofNanos(1));
    max.check("expires", NOW.plus(Duration.ofDays(2)), NOW);
  }

  @Test
  void whatIsNotIsRefused() {
    assertThatThrownBy(() -> max.checked("ttl", asked(200_000, 0)))
        .hasMessage("INVALID_ARGUMENT: ttl: PT200000S (expected: at most PT48H)");
    assertThatThrownBy(() -> max.checked("ttl", asked(Long.MAX_VALUE, 0)))
        .hasMessageStartingWith("INVALID_ARGUMENT: ttl: PT9223372036854775807S");
    assertThatThrownBy(() -> max.checked("ttl", asked(0, 0)))
        .hasMessage("INVALID_ARGUMENT: ttl: 0 s and 0 ns (expected: more than nothing)");
    assertThatThrownBy(() -> max.check("expires", NOW, NOW))
        .hasMessageContaining("expected: a time after now");
    assertThatThrownBy(() -> max.check("expires", NOW.plus(Duration.ofDays(3)), NOW))
        .hasMessageContaining("at most PT48H from now");
  }
}
