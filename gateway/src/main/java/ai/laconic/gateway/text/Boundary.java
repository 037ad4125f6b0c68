package ai.laconic.gateway.text;

/** What kind of place it is between two bytes of a text, best place for a cut first. */
enum Boundary {
  /** After empty lines. */
  PARAGRAPH,
  /** After a line. */
  LINE,
  /** After a sentence and its space. */
  SENTENCE,
  /** After a space. */
  SPACE,
  /** Between two characters. */
  CHARACTER,
  /** Within a character. */
  NONE;

  /**
   * Returns the kind of the place before the byte {@code at}.
   *
   * @param text UTF-8
   * @param from where to look back to
   * @param at index of a byte of the text, above {@code from}
   */
  static Boundary at(byte[] text, int from, int at) {
    byte next = text[at];
    if ((next & 0xC0) == 0x80) {
      return NONE;
    }
    if (isBlank(next)) {
      // Empty lines and spaces belong to what stands before them.
      return CHARACTER;
    }
    byte last = text[at - 1];
    if (last == '\n') {
      return isEmptyLine(text, from, at - 1) ? PARAGRAPH : LINE;
    }
    if (last == ' ' || last == '\t') {
      return endsSentence(text, from, at - 1) ? SENTENCE : SPACE;
    }
    return isWideFullStop(text, from, at) ? SENTENCE : CHARACTER;
  }

  private static boolean isBlank(byte value) {
    return value == ' ' || value == '\t' || value == '\n' || value == '\r';
  }

  /** Whether only blanks stand between the line feed at {@code feed} and one before it. */
  private static boolean isEmptyLine(byte[] text, int from, int feed) {
    for (int i = feed - 1; i >= from && isBlank(text[i]); i--) {
      if (text[i] == '\n') {
        return true;
      }
    }
    return false;
  }

  private static boolean endsSentence(byte[] text, int from, int space) {
    int i = space;
    while (i > from && isBlank(text[i])) {
      i--;
    }
    return text[i] == '.' || text[i] == '!' || text[i] == '?';
  }

  /** Full stop, exclamation and question mark of scripts that write no spaces: U+3002 and so on. */
  private static boolean isWideFullStop(byte[] text, int from, int at) {
    if (at - from < 3) {
      return false;
    }
    int a = text[at - 3] & 0xFF;
    int b = text[at - 2] & 0xFF;
    int c = text[at - 1] & 0xFF;
    return (a == 0xE3 && b == 0x80 && c == 0x82)
        || (a == 0xEF && b == 0xBC && (c == 0x81 || c == 0x9F));
  }
}
