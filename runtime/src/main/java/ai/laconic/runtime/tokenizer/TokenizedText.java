package ai.laconic.runtime.tokenizer;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A text, its token ids and where in the text each token starts.
 *
 * <p>The arrays are shared, not copied, since texts are long and read in loops: whoever makes a
 * tokenized text gives its arrays away, and whoever reads them must not write.
 *
 * @param text the text, valid Unicode
 * @param ids the token ids, none of them special
 * @param starts for each token, the UTF-16 offset in {@code text} of the character in which its
 *     first byte lies; never decreasing, never between two surrogates. A character of several
 *     tokens gives all of them the same start
 */
@SuppressWarnings("ArrayRecordComponent") // compares contents; read in loops
public record TokenizedText(String text, int[] ids, int[] starts) {
  public TokenizedText {
    if (starts.length != ids.length) {
      throw new IllegalArgumentException(
          "starts: " + starts.length + " (expected: one for each of " + ids.length + " ids)");
    }
    int previous = 0;
    for (int i = 0; i < starts.length; i++) {
      if (starts[i] < previous || starts[i] >= text.length()) {
        throw new IllegalArgumentException(
            "starts[%d]: %d (expected: %d to %d)"
                .formatted(i, starts[i], previous, text.length() - 1));
      }
      previous = starts[i];
    }
  }

  /** Returns the number of tokens. */
  public int length() {
    return ids.length;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof TokenizedText that
        && text.equals(that.text)
        && Arrays.equals(ids, that.ids)
        && Arrays.equals(starts, that.starts);
  }

  @Override
  public int hashCode() {
    return 31 * text.hashCode() + Arrays.hashCode(ids);
  }

  @Override
  public String toString() {
    return "TokenizedText[" + text.length() + " chars, " + ids.length + " tokens]";
  }
}
