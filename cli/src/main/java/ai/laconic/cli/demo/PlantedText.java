package ai.laconic.cli.demo;

import ai.laconic.cli.probe.Needle;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * A text with a few sentences more than its author wrote: the needles. Each stands between two
 * paragraphs (or lines, if there is only one paragraph), so nothing of the text is cut.
 *
 * @param text with the needles in it
 * @param needles in the order of the text
 */
record PlantedText(String text, List<Planted> needles) {
  private static final List<String> WORDS =
      List.of("amber", "copper", "harbor", "lantern", "meadow", "orchard", "silver", "walnut");

  PlantedText {
    needles = List.copyOf(needles);
  }

  /**
   * @param offset of the needle's sentence, in characters
   */
  record Planted(Needle needle, int offset) {}

  /**
   * Plants a needle near each of {@code depths} (0 to 1, ascending) of {@code text}; the seed
   * chooses keys, all different, and numbers.
   */
  static PlantedText plant(String text, List<Double> depths, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    List<String> keys = new ArrayList<>(WORDS);
    List<Planted> needles = new ArrayList<>();
    StringBuilder planted = new StringBuilder();
    int copied = 0;
    for (double depth : depths) {
      int at = Math.max(copied, gap(text, (int) (text.length() * depth)));
      planted.append(text, copied, at);
      copied = at;
      String key = keys.remove(random.nextInt(keys.size()));
      Needle needle = new Needle(key, Integer.toString(1_000 + random.nextInt(9_000)));
      needles.add(new Planted(needle, planted.length()));
      planted.append(needle.sentence()).append("\n\n");
    }
    return new PlantedText(planted.append(text, copied, text.length()).toString(), needles);
  }

  /** Returns where the next paragraph begins. */
  private static int gap(String text, int near) {
    int paragraph = text.indexOf("\n\n", near);
    int line = text.indexOf('\n', near);
    return paragraph >= 0 ? paragraph + 2 : line >= 0 ? line + 1 : text.length();
  }
}
