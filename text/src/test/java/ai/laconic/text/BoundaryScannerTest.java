package ai.laconic.text;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BoundaryScannerTest {
  /** In the text, {@code ~} is a line feed, {@code ^} a carriage return, {@code |} the place. */
  @ParameterizedTest
  @CsvSource({
    "ab|cd, CHARACTER",
    "ab| cd, WORD",
    "ab |cd, CHARACTER",
    "Yes.| No, SENTENCE",
    "Yes.|No, CHARACTER",
    "3.|14, CHARACTER",
    "'\"Yes!\")| No', SENTENCE",
    "Well…| No, SENTENCE",
    "はい。|いいえ, SENTENCE",
    "(はい。)|いいえ, SENTENCE",
    "(はい。|)いいえ, CHARACTER",
    "はい。 |いいえ, CHARACTER",
    "Yes. |No, CHARACTER",
    "Yes|.~, CHARACTER",
    "Yes.|~, CHARACTER",
    "a~|b, LINE",
    "a^~|b, LINE",
    "a^|~b, CHARACTER",
    "a^|b, LINE",
    "a~|  b, LINE",
    "a~  |b, CHARACTER",
    "a~~|b, PARAGRAPH",
    "a~|~b, CHARACTER",
    "a^~^~|b, PARAGRAPH",
    "a~ ~|b, PARAGRAPH",
    "a~~~~|b, PARAGRAPH",
    "a~~b~|c, LINE",
    "a~~|  b, PARAGRAPH",
    "|a, CHARACTER",
  })
  void sayWhatEndsThere(String marked, Boundary boundary) {
    String text = marked.replace('~', '\n').replace('^', '\r');
    int place = text.indexOf('|');
    BoundaryScanner scanner = new BoundaryScanner();
    text.substring(0, place).chars().forEach(c -> scanner.pass((char) c));
    assertThat(scanner.before(text.charAt(place + 1))).isEqualTo(boundary);
  }

  @Test
  void nothingEndsWithinACharacter() {
    BoundaryScanner scanner = new BoundaryScanner();
    scanner.pass("🦊".charAt(0));
    assertThat(scanner.before("🦊".charAt(1))).isEqualTo(Boundary.NONE);
    scanner.pass("🦊".charAt(1));
    assertThat(scanner.before("🦊".charAt(0))).isEqualTo(Boundary.CHARACTER);
  }

  @Test
  void linesEndWithTheBreaksOfUnicode() {
    BoundaryScanner scanner = new BoundaryScanner();
    scanner.pass('a');
    scanner.pass('\u2028');
    assertThat(scanner.before('b')).isEqualTo(Boundary.LINE);
    scanner.pass('\u2029');
    assertThat(scanner.before('b')).isEqualTo(Boundary.PARAGRAPH);
  }
}
