package ai.laconic.cache.service;

import java.util.ArrayList;
import java.util.List;

/** Cuts what a call asks for into pieces that fit memory. */
final class Batches {
  /** Items {@code from} to {@code to}, the last not included. */
  record Range(int from, int to) {
    <T> List<T> of(List<T> items) {
      return items.subList(from, to);
    }
  }

  private Batches() {}

  /**
   * Returns ranges that follow one another, each of at most {@code maxItems} items and, unless it
   * has a single item, at most {@code maxBytes} bytes.
   *
   * @param sizes bytes of each item
   */
  static List<Range> of(long[] sizes, long maxBytes, int maxItems) {
    List<Range> ranges = new ArrayList<>();
    int from = 0;
    long bytes = 0;
    for (int i = 0; i < sizes.length; i++) {
      if (i > from && (bytes + sizes[i] > maxBytes || i - from == maxItems)) {
        ranges.add(new Range(from, i));
        from = i;
        bytes = 0;
      }
      bytes += sizes[i];
    }
    if (from < sizes.length) {
      ranges.add(new Range(from, sizes.length));
    }
    return ranges;
  }
}
