package ai.laconic.cli.command;

import com.google.protobuf.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.TypeConversionException;

/** Numbers as people read and type them. */
public final class Units {
  private static final Pattern DURATION = Pattern.compile("(\\d{1,12})([smhd])");

  /** The most that a duration of Protocol Buffers holds. */
  private static final Duration LONGEST = Duration.ofSeconds(315_576_000_000L);

  private static final DateTimeFormatter MINUTE =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mmXXX");
  private static final DateTimeFormatter SECOND =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ssXXX");

  private Units() {}

  /** Returns 1,234,567 for 1234567. */
  public static String count(long value) {
    return String.format(Locale.ROOT, "%,d", value);
  }

  /** Returns bytes in the largest unit that leaves at least one, such as 3.1 MiB. */
  public static String bytes(double bytes) {
    String[] units = {"B", "KiB", "MiB", "GiB", "TiB"};
    int unit = 0;
    double value = bytes;
    while (value >= 1024 && unit < units.length - 1) {
      value /= 1024;
      unit++;
    }
    return String.format(Locale.ROOT, unit == 0 ? "%.0f %s" : "%.1f %s", value, units[unit]);
  }

  /** Returns seconds with as many digits as matter. */
  public static String seconds(Duration duration) {
    double seconds = duration.toNanos() / 1e9;
    return seconds < 1
        ? String.format(Locale.ROOT, "%.0f ms", seconds * 1000)
        : String.format(Locale.ROOT, "%.2f s", seconds);
  }

  /** Returns a point in time in the local zone, to the minute. */
  public static String time(Timestamp time) {
    return time(time, MINUTE);
  }

  /** As {@link #time}, to the second. */
  static String timeToSecond(Timestamp time) {
    return time(time, SECOND);
  }

  private static String time(Timestamp time, DateTimeFormatter format) {
    return format.format(Instant.ofEpochSecond(time.getSeconds()).atZone(ZoneId.systemDefault()));
  }

  /** Returns a duration in the largest unit that it is a whole number of, such as 7d. */
  static String durationTyped(Duration duration) {
    long seconds = duration.toSeconds();
    if (seconds == 0 || seconds % 60 != 0) {
      return seconds + "s";
    }
    return seconds % 86_400 == 0
        ? seconds / 86_400 + "d"
        : seconds % 3600 == 0 ? seconds / 3600 + "h" : seconds / 60 + "m";
  }

  /** Reads 90s, 15m, 24h or 7d. */
  public static Duration duration(String typed) {
    Matcher matcher = DURATION.matcher(typed);
    if (matcher.matches()) {
      long number = Long.parseLong(matcher.group(1));
      Duration duration =
          switch (matcher.group(2)) {
            case "s" -> Duration.ofSeconds(number);
            case "m" -> Duration.ofMinutes(number);
            case "h" -> Duration.ofHours(number);
            default -> Duration.ofDays(number);
          };
      if (duration.compareTo(LONGEST) <= 0) {
        return duration;
      }
    }
    throw new TypeConversionException(
        typed + " (expected: a number and s, m, h or d, such as 24h; at most 10,000 years)");
  }

  /** Returns a duration as messages carry it. */
  static com.google.protobuf.Duration durationProto(Duration typed) {
    return com.google.protobuf.Duration.newBuilder().setSeconds(typed.getSeconds()).build();
  }
}
