package ai.laconic.cli.command;

import ai.laconic.v1.SegmentRange;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import picocli.CommandLine.TypeConversionException;

/**
 * Segments as people type them: numbers and ranges, such as 3, 3-4 or 3,7-9.
 *
 * @param typed what was typed
 * @param ranges in the order in which they were typed
 */
record SegmentNumbers(String typed, List<Range> ranges) {
  /** How many a gateway takes at once. */
  private static final int MOST = 1024;

  private static final Pattern RANGE = Pattern.compile("(\\d{1,10})(?:-(\\d{1,10}))?");

  SegmentNumbers {
    ranges = List.copyOf(ranges);
  }

  /** From the first to the last, both included. */
  record Range(int first, int last) {}

  static SegmentNumbers parse(String typed) {
    return new SegmentNumbers(
        typed, Arrays.stream(typed.split(",", -1)).map(part -> range(typed, part)).toList());
  }

  private static Range range(String typed, String part) {
    Matcher matcher = RANGE.matcher(part);
    if (matcher.matches()) {
      long first = Long.parseLong(matcher.group(1));
      long last = Long.parseLong(Optional.ofNullable(matcher.group(2)).orElse(matcher.group(1)));
      if (first <= last && last < Integer.MAX_VALUE) {
        return new Range((int) first, (int) last);
      }
    }
    throw new TypeConversionException(
        typed
            + " (expected: numbers from 0 to "
            + (Integer.MAX_VALUE - 1)
            + ", or ranges of them, such as 3, 3-4 or 3,7-9)");
  }

  /**
   * Returns the one range that they are.
   *
   * @param source says who asks, for messages
   */
  SegmentRange range(String source) {
    for (int i = 1; i < ranges.size(); i++) {
      if (ranges.get(i).first() != ranges.get(i - 1).last() + 1) {
        throw new IllegalArgumentException(
            source + ": " + typed + " (expected: segments that follow one another, such as 3-7)");
      }
    }
    return SegmentRange.newBuilder()
        .setFirst(ranges.get(0).first())
        .setEnd(ranges.get(ranges.size() - 1).last() + 1)
        .build();
  }

  /**
   * Returns the numbers of all of them.
   *
   * @param source says who asks, for messages
   */
  static List<Integer> all(String source, List<SegmentNumbers> numbers) {
    List<Range> ranges = numbers.stream().flatMap(each -> each.ranges().stream()).toList();
    long count = ranges.stream().mapToLong(range -> range.last() - range.first() + 1L).sum();
    if (count > MOST) {
      throw new IllegalArgumentException(
          source + ": " + Units.count(count) + " segments (expected: at most 1,024 at once)");
    }
    return ranges.stream()
        .flatMapToInt(range -> IntStream.rangeClosed(range.first(), range.last()))
        .boxed()
        .toList();
  }
}
