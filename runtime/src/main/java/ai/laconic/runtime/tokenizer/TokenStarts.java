package ai.laconic.runtime.tokenizer;

import ai.djl.huggingface.tokenizers.jni.CharSpan;

/** Turns the library's spans into UTF-16 offsets. */
final class TokenStarts {
  private TokenStarts() {}

  /**
   * Returns the UTF-16 offset of each span's start.
   *
   * <p>The library counts code points. Normalisation may reorder combining marks and with them the
   * starts: a start before its predecessor's is moved up to it, so that text can be cut there.
   */
  static int[] of(String text, CharSpan[] spans) {
    int[] starts = new int[spans.length];
    int codePoints = 0;
    int offset = 0;
    for (int i = 0; i < spans.length; i++) {
      int start = spans[i].getStart();
      if (start > codePoints) {
        offset = text.offsetByCodePoints(offset, start - codePoints);
        codePoints = start;
      }
      starts[i] = offset;
    }
    return starts;
  }
}
