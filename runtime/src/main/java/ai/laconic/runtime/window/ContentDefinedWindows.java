package ai.laconic.runtime.window;

import ai.laconic.runtime.tokenizer.TokenizedText;
import java.util.ArrayList;
import java.util.List;

/**
 * Cuts each window at the strongest boundary that leaves it {@code minTokens} to {@code maxTokens}.
 *
 * <p>This is content-defined chunking, known from deduplicating storage, on tokens and with an eye
 * for prose. Bounds and the gear hash are FastCDC's (Xia et al., "FastCDC: a Fast and Efficient
 * Content-Defined Chunking Approach for Data Deduplication", USENIX ATC 2016). Where that takes the
 * first position whose hash passes a mask, made stricter before the wanted size and laxer after it,
 * this takes the best position in reach (Bjørner et al., "Content-dependent chunking for
 * differential compression, the local maximum approach", JCSS 2010), since "best" can say that a
 * paragraph's end goes before a line's: see {@link Boundaries}.
 *
 * <p>After an edit the search starts elsewhere, but the reach of both searches soon has the same
 * best position in it; from there on the windows are the old ones. Text that repeats itself has no
 * best position: the last of equals makes long windows, alike and therefore shared.
 *
 * <p>Measured with bounds of 512 and 1,024 and a vocabulary of 4,096 on four technical texts of
 * 50,000 to 270,000 tokens: windows have 0.72 to 0.78 of the most tokens on average (with bounds of
 * 640 and 1,024, 0.82 to 0.83); two words inserted at 60 random places changed 1.0 to 1.2 windows
 * on average, 8 at worst.
 */
record ContentDefinedWindows(int minTokens, int maxTokens) implements WindowPolicy {
  ContentDefinedWindows {
    if (minTokens < 1) {
      throw new IllegalArgumentException("minTokens: " + minTokens + " (expected: at least 1)");
    }
    if (maxTokens < minTokens) {
      throw new IllegalArgumentException(
          "maxTokens: " + maxTokens + " (expected: at least minTokens, " + minTokens + ")");
    }
  }

  @Override
  public List<Window> cut(TokenizedText text) {
    long[] keys = Boundaries.keys(text);
    List<Window> windows = new ArrayList<>();
    int start = 0;
    while (text.length() - start > maxTokens) {
      int end = strongest(keys, start + minTokens, start + maxTokens);
      windows.add(new Window(start, end));
      start = end;
    }
    if (start < text.length()) {
      windows.add(new Window(start, text.length()));
    }
    return List.copyOf(windows);
  }

  /**
   * Returns the position of the highest key from {@code first} to {@code last}, the later of two.
   */
  private static int strongest(long[] keys, int first, int last) {
    int best = first;
    for (int i = first + 1; i <= last; i++) {
      if (keys[i] >= keys[best]) {
        best = i;
      }
    }
    return best;
  }
}
