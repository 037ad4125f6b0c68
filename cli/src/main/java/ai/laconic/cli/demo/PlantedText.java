package ai.laconic.cli.demo;

import ai.laconic.cli.probe.Wordings;
import java.util.List;
import java.util.SplittableRandom;

/**
 * A text with one sentence more than its author wrote: the needle. It stands between two paragraphs
 * (or lines, if there is only one paragraph), so nothing of the text is cut.
 *
 * @param text with the needle in it
 * @param key what the question asks for
 * @param number the answer
 * @param offset of the needle, in characters
 */
record PlantedText(String text, String key, String number, int offset) {
  private static final List<String> WORDS =
      List.of("amber", "copper", "harbor", "lantern", "meadow", "orchard", "silver", "walnut");

  /**
   * Plants a needle near {@code depth} (0 to 1) of {@code text}; the seed chooses key and number.
   */
  static PlantedText plant(String text, double depth, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    String key = WORDS.get(random.nextInt(WORDS.size()));
    String number = Integer.toString(1_000 + random.nextInt(9_000));
    int near = (int) (text.length() * depth);
    int paragraph = text.indexOf("\n\n", near);
    int line = text.indexOf('\n', near);
    int at = paragraph >= 0 ? paragraph + 2 : line >= 0 ? line + 1 : text.length();
    String sentence = Wordings.needle(key, number);
    String planted = text.substring(0, at) + sentence + "\n\n" + text.substring(at);
    return new PlantedText(planted, key, number, at);
  }

  String question() {
    return Wordings.question(key);
  }
}
