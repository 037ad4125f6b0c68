package ai.laconic.encoder.span;

import java.util.ArrayList;
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

  /** Returns the most tokens that two chunks which follow each other have. */
  static <T> long mostOfTwo(List<List<T>> chunks, ToIntFunction<T> tokens) {
    long most = 0;
    long previous = 0;
    for (List<T> chunk : chunks) {
      long sum = chunk.stream().mapToLong(tokens::applyAsInt).sum();
      most = Math.max(most, previous + sum);
      previous = sum;
    }
    return most;
  }
}
