package ai.laconic.runtime.window;

import ai.laconic.runtime.tokenizer.TokenizedText;
import java.util.List;

/**
 * Cuts a span into windows. A policy is a pure function of the span, safe for use by many threads.
 */
@FunctionalInterface
public interface WindowPolicy {
  /**
   * Cuts {@code text} into windows that follow each other from its first token to its last.
   *
   * @return the windows in order, none for a text without tokens
   */
  List<Window> cut(TokenizedText text);

  /**
   * Cuts every {@code windowTokens} tokens, as the reference implementation does: latents are equal
   * to the reference's.
   *
   * @param windowTokens the model's window, in tokens, at least 1
   */
  static WindowPolicy fixed(int windowTokens) {
    return new FixedWindows(windowTokens);
  }

  /**
   * Cuts at boundaries that the text itself defines, so that a local edit changes few windows.
   * Bounds of a half and the whole of the model's window fill it to three quarters.
   *
   * @param minTokens the least tokens of a window, at least 1; the last window may have fewer
   * @param maxTokens the most tokens of a window: the model's window at most
   */
  static WindowPolicy contentDefined(int minTokens, int maxTokens) {
    return new ContentDefinedWindows(minTokens, maxTokens);
  }
}
