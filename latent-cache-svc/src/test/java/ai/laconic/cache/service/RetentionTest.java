package ai.laconic.cache.service;

import static ai.laconic.cache.Fixtures.START;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RetentionTest {
  private final Retention retention = new Retention(Duration.ofDays(30));

  @Test
  void takesWhatLiesWithin() {
    assertThat(retention.ttl(asked(0, 1))).isEqualTo(Duration.ofNanos(1));
    assertThat(retention.ttl(asked(86_400, 5))).isEqualTo(Duration.ofDays(1).plusNanos(5));
    assertThat(retention.ttl(asked(30 * 86_400 + 600, 0)))
        .isEqualTo(Duration.ofDays(30).plusMinutes(10));
    assertThatCode(() -> retention.checkExpiry(START.plusSeconds(1), START))
        .doesNotThrowAnyException();
  }

  @ParameterizedTest
  @CsvSource({
    "2678400, 0, ttl: PT2678400S (expected: at most PT720H from now)",
    "9223372036854775807, 999999999,"
        + " ttl: PT9223372036854775807S (expected: at most PT720H from now)",
    "0, 0, ttl: 0 s and 0 ns (expected: more than 0)",
    "-9223372036854775808, 0, ttl: -9223372036854775808 s and 0 ns (expected: more than 0)",
  })
  void refusesOthers(long seconds, int nanos, String message) {
    assertThatThrownBy(() -> retention.ttl(asked(seconds, nanos)))
        .hasMessage("INVALID_ARGUMENT: " + message);
  }

  @Test
  void refusesExpiriesThatAreOverOrTooFar() {
    assertThatThrownBy(() -> retention.checkExpiry(START, START))
        .hasMessage(
            "INVALID_ARGUMENT: manifest.expires: 2026-01-01T00:00:00Z"
                + " (expected: a time after now, 2026-01-01T00:00:00Z)");
    assertThatThrownBy(() -> retention.checkExpiry(START.plus(Duration.ofDays(31)), START))
        .hasMessage(
            "INVALID_ARGUMENT: manifest.expires: 2026-02-01T00:00:00Z"
                + " (expected: at most PT720H from now)");
  }

  private static com.google.protobuf.Duration asked(long seconds, int nanos) {
    return com.google.protobuf.Duration.newBuilder().setSeconds(seconds).setNanos(nanos).build();
  }
}
