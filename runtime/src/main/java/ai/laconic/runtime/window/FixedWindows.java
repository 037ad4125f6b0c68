package ai.laconic.runtime.window;

import ai.laconic.runtime.tokenizer.TokenizedText;
import java.util.ArrayList;
import java.util.List;

/** The reference's grid. */
record FixedWindows(int windowTokens) implements WindowPolicy {
  FixedWindows {
    if (windowTokens < 1) {
      throw new IllegalArgumentException(
          "windowTokens: " + windowTokens + " (expected: at least 1)");
    }
  }

  @Override
  public List<Window> cut(TokenizedText text) {
    List<Window> windows = new ArrayList<>();
    for (int start = 0, end; start < text.length(); start = end) {
      end = start + Math.min(windowTokens, text.length() - start);
      windows.add(new Window(start, end));
    }
    return List.copyOf(windows);
  }
}
