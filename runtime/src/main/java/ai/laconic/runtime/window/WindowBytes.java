package ai.laconic.runtime.window;

import ai.laconic.runtime.tokenizer.TokenizedText;
import ai.laconic.text.Utf8;
import java.util.List;

/**
 * How much of the source text is each window's.
 *
 * <p>A byte-level token can end inside a character. Such a character belongs to the window in which
 * the first token after the cut starts, whole: every window's text is valid Unicode, and the texts
 * of all windows, joined, are the source text. A window that holds nothing but the first bytes of
 * one character has an empty text.
 */
public final class WindowBytes {
  private WindowBytes() {}

  /**
   * Returns the bytes of UTF-8 of each window's text.
   *
   * @param windows all windows of {@code text}, in order, without gap or overlap
   */
  public static int[] of(TokenizedText text, List<Window> windows) {
    int[] bytes = new int[windows.size()];
    int from = 0;
    int position = 0;
    for (int i = 0; i < bytes.length; i++) {
      Window window = windows.get(i);
      if (window.start() != position || window.end() > text.length()) {
        throw new IllegalArgumentException(
            window + " (expected: to start at " + position + " and end by " + text.length() + ")");
      }
      position = window.end();
      int to = position == text.length() ? text.text().length() : text.starts()[position];
      bytes[i] = Utf8.bytes(text.text(), from, to);
      from = to;
    }
    if (position != text.length()) {
      throw new IllegalArgumentException(
          "windows end at token " + position + " (expected: " + text.length() + ")");
    }
    return bytes;
  }
}
