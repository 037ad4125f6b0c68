package ai.laconic.encoder.span;

import java.util.ArrayList;
import java.util.List;
import java.util.function.ToIntFunction;

/**
 * How much of a span is worked on at once.
 *
 * @param maxWindows most windows of a portion
 * @param maxTokens most tokens of a portion; a single window may have more
 */
record Portions(int maxWindows, int maxTokens) {
  /** Splits windows into portions, in order. */
  <T> List<List<T>> split(List<T> windows, ToIntFunction<T> tokens) {
    List<List<T>> portions = new ArrayList<>();
    int start = 0;
    long sum = 0;
    for (int i = 0; i < windows.size(); i++) {
      int size = tokens.applyAsInt(windows.get(i));
      if (i > start && (i - start == maxWindows || sum + size > maxTokens)) {
        portions.add(windows.subList(start, i));
        start = i;
        sum = 0;
      }
      sum += size;
    }
    if (start < windows.size()) {
      portions.add(windows.subList(start, windows.size()));
    }
    return portions;
  }

  /** Returns the most tokens that two portions which follow each other have. */
  static <T> long mostOfTwo(List<List<T>> portions, ToIntFunction<T> tokens) {
    long most = 0;
    long previous = 0;
    for (List<T> portion : portions) {
      long sum = portion.stream().mapToLong(tokens::applyAsInt).sum();
      most = Math.max(most, previous + sum);
      previous = sum;
    }
    return most;
  }
}
