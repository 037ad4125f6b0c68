package ai.laconic.runtime.tokenizer;

/**
 * Turns UTF-8 bytes that come in pieces into text, a character at a time.
 *
 * <p>This is the decoder of the WHATWG Encoding Standard: one U+FFFD for each longest start of a
 * character that can't be completed, which is also what the reference's tokenizer library writes.
 * {@link java.nio.charset.CharsetDecoder} counts encoded surrogates differently.
 */
final class Utf8Assembler {
  private static final char REPLACEMENT = '\uFFFD';

  private int codePoint;
  // Continuation bytes that are still missing, 0 between characters.
  private int needed;
  // What the next continuation byte may be; narrower than usual after some lead bytes.
  private int lower = 0x80;
  private int upper = 0xbf;

  /** Takes one byte and appends what is certain now to {@code out}. */
  void add(byte value, StringBuilder out) {
    int b = value & 0xff;
    if (needed == 0) {
      begin(b, out);
    } else if (b < lower || b > upper) {
      end(out);
      begin(b, out);
    } else {
      lower = 0x80;
      upper = 0xbf;
      codePoint = codePoint << 6 | (b & 0x3f);
      if (--needed == 0) {
        out.appendCodePoint(codePoint);
      }
    }
  }

  /** Appends U+FFFD if the bytes end within a character, and starts anew. */
  void end(StringBuilder out) {
    if (needed > 0) {
      out.append(REPLACEMENT);
    }
    needed = 0;
    lower = 0x80;
    upper = 0xbf;
  }

  private void begin(int b, StringBuilder out) {
    if (b < 0x80) {
      out.append((char) b);
    } else if (b >= 0xc2 && b <= 0xdf) {
      expect(1, b & 0x1f);
    } else if (b >= 0xe0 && b <= 0xef) {
      expect(2, b & 0xf);
      // Neither a longer form of a shorter character nor a surrogate.
      lower = b == 0xe0 ? 0xa0 : 0x80;
      upper = b == 0xed ? 0x9f : 0xbf;
    } else if (b >= 0xf0 && b <= 0xf4) {
      expect(3, b & 0x7);
      // Neither a longer form nor beyond U+10FFFF.
      lower = b == 0xf0 ? 0x90 : 0x80;
      upper = b == 0xf4 ? 0x8f : 0xbf;
    } else {
      out.append(REPLACEMENT);
    }
  }

  private void expect(int bytes, int bits) {
    needed = bytes;
    codePoint = bits;
  }
}
