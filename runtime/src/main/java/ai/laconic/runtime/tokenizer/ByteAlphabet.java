package ai.laconic.runtime.tokenizer;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The alphabet in which byte-level vocabularies write bytes (introduced with GPT-2): printable
 * Latin-1 letters stand for themselves, the other 68 bytes for the letters from U+0100 on, in
 * order.
 */
final class ByteAlphabet {
  private static final char[] LETTERS = letters();
  private static final int[] BYTES = bytes();

  private ByteAlphabet() {}

  /** Returns the letter that stands for {@code value}, a byte from 0 to 255. */
  static char letter(int value) {
    return LETTERS[value];
  }

  /**
   * Returns the bytes that a vocabulary entry stands for. An entry with letters from outside the
   * alphabet stands for its own UTF-8 bytes, as in the reference.
   */
  static byte[] bytesOf(String token) {
    byte[] bytes = new byte[token.length()];
    for (int i = 0; i < bytes.length; i++) {
      char letter = token.charAt(i);
      if (letter >= BYTES.length || BYTES[letter] < 0) {
        return token.getBytes(StandardCharsets.UTF_8);
      }
      bytes[i] = (byte) BYTES[letter];
    }
    return bytes;
  }

  private static char[] letters() {
    char[] letters = new char[256];
    char next = 256;
    for (int b = 0; b < letters.length; b++) {
      boolean printable = (b > ' ' && b < 0x7f) || (b > 0xa0 && b != 0xad);
      letters[b] = printable ? (char) b : next++;
    }
    return letters;
  }

  private static int[] bytes() {
    int[] bytes = new int[256 + 68];
    Arrays.fill(bytes, -1);
    for (int b = 0; b < LETTERS.length; b++) {
      bytes[LETTERS[b]] = b;
    }
    return bytes;
  }
}
