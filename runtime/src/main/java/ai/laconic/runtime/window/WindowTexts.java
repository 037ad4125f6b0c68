package ai.laconic.runtime.window;

import ai.laconic.runtime.tokenizer.TokenizedText;
import java.util.ArrayList;
import java.util.List;

/**
 * The source text of windows.
 *
 * <p>A byte-level token can end inside a character. Such a character belongs to the window in which
 * the first token after the cut starts, whole: every window's text is valid Unicode, and the texts
 * of all windows, joined, are the source text. A window that holds nothing but the first bytes of
 * one character has an empty text.
 */
public final class WindowTexts {
  private WindowTexts() {}

  /**
   * Returns the text of each window.
   *
   * @param windows all windows of {@code text}, in order, without gap or overlap
   */
  public static List<String> of(TokenizedText text, List<Window> windows) {
    List<String> texts = new ArrayList<>(windows.size());
    int from = 0;
    int position = 0;
    for (Window window : windows) {
      if (window.start() != position || window.end() > text.length()) {
        throw new IllegalArgumentException(
            window + " (expected: to start at " + position + " and end by " + text.length() + ")");
      }
      position = window.end();
      int to = position == text.length() ? text.text().length() : text.starts()[position];
      texts.add(text.text().substring(from, to));
      from = to;
    }
    if (position != text.length()) {
      throw new IllegalArgumentException(
          "windows end at token " + position + " (expected: " + text.length() + ")");
    }
    return List.copyOf(texts);
  }
}
