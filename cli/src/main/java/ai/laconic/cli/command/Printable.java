package ai.laconic.cli.command;

import java.util.Locale;
import java.util.PrimitiveIterator;

/**
 * What others wrote, safe to print. A name, an answer or an error message may hold characters that
 * move the cursor, colour what follows, or turn its direction: they are shown as escapes instead.
 */
final class Printable {
  /** Joins letters of some scripts and parts of emoji; shows nothing and moves nothing. */
  private static final int NON_JOINER = 0x200C;

  private static final int JOINER = 0x200D;

  private Printable() {}

  /** Returns {@code text} as a part of one line. */
  static String line(String text) {
    return escaped(text, "");
  }

  /** Returns {@code text} with its own lines and tabs. */
  static String text(String text) {
    return escaped(text.replace("\r\n", "\n"), "\n\t");
  }

  private static String escaped(String text, String kept) {
    StringBuilder safe = new StringBuilder(text.length());
    for (PrimitiveIterator.OfInt all = text.codePoints().iterator(); all.hasNext(); ) {
      int character = all.nextInt();
      if (kept.indexOf(character) >= 0 || !controls(character)) {
        safe.appendCodePoint(character);
      } else {
        safe.append(escape(character));
      }
    }
    return safe.toString();
  }

  private static boolean controls(int character) {
    return switch (Character.getType(character)) {
      case Character.CONTROL, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR -> true;
      case Character.FORMAT -> character != NON_JOINER && character != JOINER;
      default -> false;
    };
  }

  private static String escape(int character) {
    return switch (character) {
      case '\n' -> "\\n";
      case '\r' -> "\\r";
      case '\t' -> "\\t";
      default -> String.format(Locale.ROOT, "\\u%04x", character);
    };
  }
}
