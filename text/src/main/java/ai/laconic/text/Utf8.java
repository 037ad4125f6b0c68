package ai.laconic.text;

/** Counts bytes of UTF-8 without making them. Texts are valid Unicode. */
public final class Utf8 {
  /** Most bytes of a character. */
  public static final int MOST_BYTES = 4;

  private Utf8() {}

  /** Returns the bytes that a UTF-16 unit adds; a pair of surrogates takes two and two. */
  public static int bytes(char unit) {
    if (unit < 0x80) {
      return 1;
    }
    return unit < 0x800 || Character.isSurrogate(unit) ? 2 : 3;
  }

  /** Returns the bytes of a part of a text. */
  public static int bytes(String text, int from, int to) {
    int bytes = 0;
    for (int i = from; i < to; i++) {
      bytes += bytes(text.charAt(i));
    }
    return bytes;
  }
}
