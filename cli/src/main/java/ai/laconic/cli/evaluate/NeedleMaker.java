package ai.laconic.cli.evaluate;

import ai.laconic.cli.probe.Needle;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.UUID;

/** Makes needles with keys that differ. */
final class NeedleMaker {
  private static final int LEAST_WORDS = 16;
  private static final int LEAST_DIGITS = 4;
  private static final int MOST_DIGITS = 8;

  private NeedleMaker() {}

  /**
   * Makes keys of a word, two words or a hyphenated word.
   *
   * @param words that keys are made of
   */
  static List<Needle> words(int count, List<String> words, SplittableRandom random) {
    if (words.size() < LEAST_WORDS) {
      throw new IllegalArgumentException(
          "text: "
              + words.size()
              + " different words (expected: at least "
              + LEAST_WORDS
              + " to make keys of)");
    }
    Set<String> keys = new LinkedHashSet<>();
    while (keys.size() < count) {
      String one = words.get(random.nextInt(words.size()));
      String other = words.get(random.nextInt(words.size()));
      keys.add(
          switch (random.nextInt(3)) {
            case 0 -> one;
            case 1 -> one + " " + other;
            default -> one + "-" + other;
          });
    }
    return needles(keys, random);
  }

  /** Makes keys that are random UUIDs in lower case. */
  static List<Needle> uuids(int count, SplittableRandom random) {
    Set<String> keys = new LinkedHashSet<>();
    while (keys.size() < count) {
      // Version 4 and variant 2 stand where RFC 4122 wants them.
      long high = (random.nextLong() & 0xFFFFFFFFFFFF0FFFL) | 0x4000L;
      long low = (random.nextLong() & 0x3FFFFFFFFFFFFFFFL) | 0x8000000000000000L;
      keys.add(new UUID(high, low).toString());
    }
    return needles(keys, random);
  }

  private static List<Needle> needles(Set<String> keys, SplittableRandom random) {
    List<Needle> needles = new ArrayList<>();
    for (String key : keys) {
      StringBuilder digits = new StringBuilder();
      int length = random.nextInt(LEAST_DIGITS, MOST_DIGITS + 1);
      while (digits.length() < length) {
        digits.append(random.nextInt(10));
      }
      needles.add(new Needle(key, digits.toString()));
    }
    return needles;
  }
}
