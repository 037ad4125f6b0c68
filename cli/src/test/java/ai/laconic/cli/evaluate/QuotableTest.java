package ai.laconic.cli.evaluate;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class QuotableTest {
  private static List<Quotable> in(String text) {
    // A token a word will do.
    return Quotable.in(text, line -> line.split(" ", -1).length);
  }

  @Test
  void aWordThatOccursOnceNamesItsLine() {
    assertThat(in("the rays of light bend\n  the rays of colour Differ  \n"))
        .containsExactly(
            new Quotable("light", "the rays of light bend"),
            new Quotable("bend", "the rays of light bend"),
            new Quotable("colour", "the rays of colour Differ"),
            new Quotable("Differ", "the rays of colour Differ"));
  }

  @Test
  void neitherShortWordsNorRepeatedOnesInWhateverCase() {
    assertThat(in("Rays and so on, RAYS it is\nand rays to be all")).isEmpty();
  }

  @Test
  void norAPartOfAnotherWord() {
    assertThat(in("a fog of that hour is light\na sea of that hour is lighter"))
        .extracting(Quotable::phrase)
        .containsExactly("lighter");
  }

  @Test
  void onlyLinesOfAFewTokens() {
    assertThat(in("one lonely short line\n" + "word ".repeat(60) + "endless")).isEmpty();
    assertThat(in("five words make a sentence")).isNotEmpty();
  }
}
