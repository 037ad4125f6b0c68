package ai.laconic.gateway.text;

import ai.laconic.servicekit.error.Problems;
import com.google.protobuf.ByteString;

/**
 * Checks that pieces of bytes together are UTF-8 as Unicode defines it: no overlong forms, no
 * surrogates, nothing above U+10FFFF. A character may lie across pieces.
 */
public final class Utf8Check {
  /** Bytes checked so far. */
  private long offset;

  /** Where the character begins that is being read. */
  private long characterStart;

  /** Continuation bytes still to come for it. */
  private int missing;

  /** What the next continuation byte may be; narrower than usual after some first bytes. */
  private int least = 0x80;

  private int most = 0xBF;

  /** Checks the next piece; INVALID_ARGUMENT with the offset of the first wrong byte. */
  public void check(ByteString piece) {
    for (int i = 0; i < piece.size(); i++, offset++) {
      int value = piece.byteAt(i) & 0xFF;
      if (missing > 0) {
        continuation(value);
      } else if (value >= 0x80) {
        first(value);
      }
    }
  }

  /** Checks that the text doesn't end within a character. */
  public void finish() {
    if (missing > 0) {
      throw Problems.invalid(
          "text",
          "ends within the character at byte " + characterStart,
          missing + " more bytes of UTF-8");
    }
  }

  private void continuation(int value) {
    if (value < least || value > most) {
      throw wrong(value);
    }
    missing--;
    least = 0x80;
    most = 0xBF;
  }

  private void first(int value) {
    characterStart = offset;
    if (value >= 0xC2 && value <= 0xDF) {
      missing = 1;
    } else if (value >= 0xE0 && value <= 0xEF) {
      missing = 2;
      least = value == 0xE0 ? 0xA0 : 0x80;
      most = value == 0xED ? 0x9F : 0xBF;
    } else if (value >= 0xF0 && value <= 0xF4) {
      missing = 3;
      least = value == 0xF0 ? 0x90 : 0x80;
      most = value == 0xF4 ? 0x8F : 0xBF;
    } else {
      throw wrong(value);
    }
  }

  private RuntimeException wrong(int value) {
    return Problems.invalid(
        "text", String.format("byte 0x%02X at offset %d", value, offset), "UTF-8");
  }
}
