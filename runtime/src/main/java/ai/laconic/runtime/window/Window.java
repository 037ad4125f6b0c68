package ai.laconic.runtime.window;

import ai.laconic.runtime.tokenizer.TokenizedText;
import java.util.Arrays;

/**
 * A half-open range of token positions of a span, never empty.
 *
 * @param start position of the first token, from 0
 * @param end position after the last token
 */
public record Window(int start, int end) {
  public Window {
    if (start < 0) {
      throw new IllegalArgumentException("window start: " + start + " (expected: at least 0)");
    }
    if (end <= start) {
      throw new IllegalArgumentException(
          "window end: " + end + " (expected: more than its start, " + start + ")");
    }
  }

  /** Returns the number of tokens, at least 1. */
  public int length() {
    return end - start;
  }

  /** Returns this window's token ids: what its latents and its latent ID are computed from. */
  public int[] idsOf(TokenizedText text) {
    if (end > text.length()) {
      throw new IllegalArgumentException(
          "window end: " + end + " (expected: at most " + text.length() + " tokens)");
    }
    return Arrays.copyOfRange(text.ids(), start, end);
  }
}
