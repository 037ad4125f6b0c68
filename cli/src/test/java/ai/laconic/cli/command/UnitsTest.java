package ai.laconic.cli.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.google.protobuf.Timestamp;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.TypeConversionException;

class UnitsTest {
  @ParameterizedTest
  @CsvSource({"0, 0 B", "1023, 1023 B", "1024, 1.0 KiB", "3251200, 3.1 MiB", "1.1e12, 1.0 TiB"})
  void writesBytesInTheLargestUnit(double bytes, String expected) {
    assertThat(Units.bytes(bytes)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({"90s, PT1M30S", "15m, PT15M", "24h, PT24H", "7d, PT168H", "3652500d, PT87660000H"})
  void readsDurations(String typed, Duration expected) {
    assertThat(Units.duration(typed)).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "24",
        "h",
        "-1h",
        "1.5h",
        "1w",
        "99999999999999999999d",
        "999999999999d",
        "3652501d"
      })
  void refusesWhatIsNoDuration(String typed) {
    assertThatExceptionOfType(TypeConversionException.class)
        .isThrownBy(() -> Units.duration(typed))
        .withMessageStartingWith(typed + " (expected: ")
        .withMessageContaining("such as 24h");
  }

  @ParameterizedTest
  @CsvSource({"0, 0s", "90, 90s", "900, 15m", "3600, 1h", "90000, 25h", "604800, 7d"})
  void writesDurationsAsTheyAreTyped(long seconds, String expected) {
    assertThat(Units.durationTyped(Duration.ofSeconds(seconds))).isEqualTo(expected);
  }

  @Test
  void writesTimesWithTheirZone() {
    Timestamp time = Timestamp.newBuilder().setSeconds(1_800_000_001).build();
    assertThat(Units.time(time))
        .matches("20\\d\\d-\\d\\d-\\d\\d \\d\\d:\\d\\d(Z|[+-]\\d\\d:\\d\\d)");
    assertThat(Units.timeToSecond(time)).contains(":01");
  }

  @Test
  void groupsThousands() {
    assertThat(Units.count(1_234_567)).isEqualTo("1,234,567");
  }
}
