package ai.laconic.cli.evaluate;

import ai.laconic.runtime.tokenizer.TextTokenizer;
import ai.laconic.runtime.tokenizer.TokenizedText;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/** The text that prompts are made of, and stretches of it. Counted in the encoder's tokens. */
final class SourceText {
  private static final int TRIES = 1000;
  private static final int MOST_WORDS = 500;
  private static final Pattern WORD = Pattern.compile("(?<![\\p{L}-])[a-z]{3,11}(?![\\p{L}-])");

  private final TextTokenizer tokenizer;
  private final TokenizedText text;
  private final int[] lineStarts;
  private final List<String> words;

  /**
   * @param tokenizer of the encoder; stays the caller's to close
   */
  SourceText(String text, TextTokenizer tokenizer) {
    if (text.isBlank()) {
      throw new IllegalArgumentException("text: white space (expected: some text)");
    }
    this.tokenizer = tokenizer;
    this.text = tokenizer.tokenize(text.endsWith("\n") ? text : text + "\n");
    this.lineStarts = IntStream.range(0, this.text.length()).filter(this::startsLine).toArray();
    this.words = frequent(this.text.text());
  }

  private boolean startsLine(int token) {
    int start = text.starts()[token];
    return start == 0
        || (text.text().charAt(start - 1) == '\n' && text.text().charAt(start) != '\n');
  }

  private static List<String> frequent(String text) {
    Map<String, Integer> counts = new TreeMap<>();
    Matcher matcher = WORD.matcher(text);
    while (matcher.find()) {
      counts.merge(matcher.group(), 1, Integer::sum);
    }
    return counts.entrySet().stream()
        .sorted(Map.Entry.comparingByValue(Comparator.reverseOrder()))
        .limit(MOST_WORDS)
        .map(Map.Entry::getKey)
        .toList();
  }

  /** Returns the number of its tokens. */
  int tokens() {
    return text.length();
  }

  /** Returns its lower-case words of 3 to 11 letters, the most frequent first. */
  List<String> words() {
    return words;
  }

  TokenizedText tokenize(String any) {
    return tokenizer.tokenize(any);
  }

  /** Returns the number of tokens of any text. */
  int count(String any) {
    return tokenizer.tokenize(any).length();
  }

  /**
   * Returns pieces that follow one another in the text, from the start of a line on. Each has
   * exactly so many tokens, also when it is tokenized alone.
   */
  List<String> passage(SplittableRandom random, int... lengths) {
    int whole = IntStream.of(lengths).sum();
    int last = text.length() - whole;
    int[] starts = IntStream.of(lineStarts).filter(start -> start <= last).toArray();
    if (starts.length == 0) {
      throw new IllegalArgumentException(
          "text: " + text.length() + " tokens (expected: at least " + whole + ")");
    }
    for (int attempt = 0; attempt < TRIES; attempt++) {
      List<String> pieces = pieces(starts[random.nextInt(starts.length)], lengths);
      boolean exact =
          IntStream.range(0, lengths.length)
              .allMatch(piece -> count(pieces.get(piece)) == lengths[piece]);
      if (exact) {
        return pieces;
      }
    }
    throw new IllegalArgumentException(
        "text: no stretch of " + whole + " tokens (expected: one that is cut between tokens)");
  }

  private List<String> pieces(int first, int... lengths) {
    List<String> pieces = new ArrayList<>();
    int start = first;
    for (int length : lengths) {
      pieces.add(slice(text, start, start + length));
      start += length;
    }
    return pieces;
  }

  /** Returns the text of some tokens. */
  static String slice(TokenizedText of, int first, int end) {
    int to = end >= of.length() ? of.text().length() : of.starts()[end];
    return of.text().substring(of.starts()[first], to);
  }

  /** Returns about so many tokens from the start of a line on, beginning anew at the end. */
  String haystack(SplittableRandom random, int tokens) {
    int start = lineStarts[random.nextInt(lineStarts.length)];
    StringBuilder hay = new StringBuilder();
    int left = tokens;
    while (left > 0) {
      int end = Math.min(start + left, text.length());
      hay.append(slice(text, start, end));
      left -= end - start;
      start = 0;
    }
    return hay.toString();
  }
}
