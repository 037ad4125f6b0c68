package ai.laconic.encoder.span;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.ToIntFunction;

/**
 * How much of a span is worked on at once.
 *
 * @param maxWindows most windows of a chunk
 * @param maxTokens most tokens of a chunk; a single window may have more
 */
record SpanChunks(int maxWindows, int maxTokens) {
  /** Splits windows into chunks, in order. */
  <T> List<List<T>> split(List<T> windows, ToIntFunction<T> tokens) {
    List<List<T>> chunks = new ArrayList<>();
    int start = 0;
    long sum = 0;
    for (int i = 0; i < windows.size(); i++) {
      int size = tokens.applyAsInt(windows.get(i));
      if (i > start && (i - start == maxWindows || sum + size > maxTokens)) {
        chunks.add(windows.subList(start, i));
        start = i;
        sum = 0;
      }
      sum += size;
    }
    if (start < windows.size()) {
      chunks.add(windows.subList(start, windows.size()));
    }
    return chunks;
  }

  /** Returns the most tokens that two chunks of some windows have, however these are split. */
  <T> long mostOfTwo(Collection<T> windows, ToIntFunction<T> tokens) {
    long all = windows.stream().mapToLong(tokens::applyAsInt).sum();
    long longest = windows.stream().mapToLong(tokens::applyAsInt).max().orElse(0);
    return Math.min(all, 2 * Math.max(maxTokens, longest));
  }
}
