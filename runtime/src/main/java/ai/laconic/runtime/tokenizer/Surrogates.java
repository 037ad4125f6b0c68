package ai.laconic.runtime.tokenizer;

/** Makes any Java string valid Unicode. */
final class Surrogates {
  private Surrogates() {}

  /**
   * Returns {@code text} with U+FFFD for each lone surrogate: the same length, the same offsets.
   */
  static String replaceLone(String text) {
    StringBuilder valid = null;
    for (int i = 0, width; i < text.length(); i += width) {
      int codePoint = text.codePointAt(i);
      width = Character.charCount(codePoint);
      if (width == 1 && Character.isSurrogate((char) codePoint)) {
        valid = valid == null ? new StringBuilder(text) : valid;
        valid.setCharAt(i, '\uFFFD');
      }
    }
    return valid == null ? text : valid.toString();
  }
}
