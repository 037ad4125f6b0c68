package ai.laconic.cli.evaluate;

import ai.laconic.cli.probe.Needle;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/** Hides needles in a text, each at the end of a sentence, a line or a paragraph. */
final class Haystack {
  private Haystack() {}

  /** Where a needle may stand, and how it is set apart from what stands before it. */
  private enum Place {
    SENTENCE(" "),
    LINE("\n"),
    PARAGRAPH("\n\n");

    private final String gap;

    Place(String gap) {
      this.gap = gap;
    }

    /** Returns where these places are: the offset of what follows. */
    int[] in(String text) {
      return IntStream.range(1, text.length()).filter(at -> ends(text, at)).toArray();
    }

    private boolean ends(String text, int at) {
      char before = text.charAt(at - 1);
      char after = text.charAt(at);
      return switch (this) {
        case SENTENCE -> before == '.' && after == ' ';
        case LINE -> before != '\n' && after == '\n' && !text.startsWith("\n\n", at);
        case PARAGRAPH -> before != '\n' && text.startsWith("\n\n", at);
      };
    }
  }

  private record Insertion(int at, String text) {}

  /** Returns the text with every needle's sentence in it; nothing of the text is cut. */
  static String plant(String hay, List<Needle> needles, SplittableRandom random) {
    List<Insertion> insertions = new ArrayList<>();
    for (Needle needle : needles) {
      insertions.add(insertion(hay, needle.sentence(), random));
    }
    insertions.sort(Comparator.comparingInt(Insertion::at));
    StringBuilder text = new StringBuilder();
    int done = 0;
    for (Insertion next : insertions) {
      text.append(hay, done, next.at()).append(next.text());
      done = next.at();
    }
    return text.append(hay, done, hay.length()).toString();
  }

  private static Insertion insertion(String hay, String sentence, SplittableRandom random) {
    Place[] places = Place.values();
    int first = random.nextInt(places.length);
    for (int i = 0; i < places.length; i++) {
      Place place = places[(first + i) % places.length];
      int[] found = place.in(hay);
      if (found.length > 0) {
        return new Insertion(found[random.nextInt(found.length)], place.gap + sentence);
      }
    }
    return new Insertion(hay.length(), (hay.isEmpty() ? "" : "\n") + sentence);
  }
}
