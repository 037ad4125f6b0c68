package ai.laconic.cli.evaluate;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToIntFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A line of a text that one word of it names.
 *
 * @param phrase a word that occurs nowhere else in the text
 * @param line what stands between two line feeds, without the blanks around it
 */
record Quotable(String phrase, String line) {
  private static final int LEAST_TOKENS = 5;
  private static final int MOST_TOKENS = 60;
  private static final int LEAST_LETTERS = 4;
  private static final Pattern WORD = Pattern.compile("\\p{L}+");

  /**
   * Returns all of a text, in its order.
   *
   * @param tokens counts a line's tokens
   */
  static List<Quotable> in(String text, ToIntFunction<String> tokens) {
    Map<String, Integer> words = new HashMap<>();
    Matcher matcher = WORD.matcher(text);
    while (matcher.find()) {
      words.merge(matcher.group().toLowerCase(Locale.ROOT), 1, Integer::sum);
    }
    List<Quotable> found = new ArrayList<>();
    text.lines()
        .map(String::strip)
        .filter(line -> !line.isEmpty())
        .forEach(
            line -> {
              int length = tokens.applyAsInt(line);
              if (length >= LEAST_TOKENS && length <= MOST_TOKENS) {
                add(line, text, words, found);
              }
            });
    return found;
  }

  private static void add(
      String line, String text, Map<String, Integer> words, List<Quotable> found) {
    Matcher matcher = WORD.matcher(line);
    while (matcher.find()) {
      String word = matcher.group();
      boolean once = words.getOrDefault(word.toLowerCase(Locale.ROOT), 0) == 1;
      // Nor may it be a part of another word: the question could mean that one.
      if (word.length() >= LEAST_LETTERS && once && text.indexOf(word) == text.lastIndexOf(word)) {
        found.add(new Quotable(word, line));
      }
    }
  }
}
