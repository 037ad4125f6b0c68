package ai.laconic.benchmarks.text;

import ai.laconic.runtime.tokenizer.TextTokenizer;
import ai.laconic.runtime.tokenizer.TokenizedText;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/**
 * Texts made of the sentences of one source in an order that the seed and a number choose. Windows
 * are shared between contexts by what is in them: another order is a text that no cache has seen.
 */
public final class SourceTexts {
  private static final long SPREAD = 0x9E3779B97F4A7C15L;
  private static final int SENTENCES_OF_A_PARAGRAPH = 6;

  /** More than a token has in the mean of any text. */
  private static final int MOST_TOKEN_CHARACTERS = 8;

  private final List<String> sentences;
  private final TextTokenizer tokenizer;
  private final long seed;

  /**
   * @param tokenizer of the encoder, which texts are counted with; stays the caller's to close
   */
  public SourceTexts(String source, TextTokenizer tokenizer, long seed) {
    this.tokenizer = tokenizer;
    this.seed = seed;
    sentences =
        Arrays.stream(source.split("(?<=[.?!;])\\s+"))
            .map(sentence -> sentence.strip().replaceAll("\\s+", " "))
            .filter(sentence -> sentence.length() > 20)
            .distinct()
            .toList();
    if (sentences.size() < 2) {
      throw new IllegalArgumentException(
          "text: " + sentences.size() + " sentences (expected: at least 2)");
    }
  }

  /**
   * Returns a text of as many tokens.
   *
   * @param number each gives another text
   */
  public String text(int tokens, long number) {
    Random random = new Random(seed * SPREAD + number);
    StringBuilder text = new StringBuilder();
    int counted = 0;
    while (true) {
      StringBuilder more = new StringBuilder();
      List<String> order = new ArrayList<>(sentences);
      Collections.shuffle(order, random);
      // No more than is needed for sure, which for a short text is little of the source.
      long most = (long) MOST_TOKEN_CHARACTERS * (tokens - counted + 1);
      for (int i = 0; i < order.size() && more.length() < most; i++) {
        boolean last = (i + 1) % SENTENCES_OF_A_PARAGRAPH == 0;
        more.append(order.get(i)).append(last ? "\n\n" : " ");
      }
      TokenizedText tokenized = tokenizer.tokenize(more.toString());
      if (counted + tokenized.length() > tokens) {
        return text.append(more, 0, tokenized.starts()[tokens - counted]).toString().strip();
      }
      text.append(more);
      counted += tokenized.length();
    }
  }

  /** Returns {@code text} with a word more at a share of its length. */
  public static String withWord(String text, double share) {
    int at = text.indexOf(' ', (int) (share * (text.length() - 1)));
    int place = at < 0 ? text.length() : at;
    return text.substring(0, place) + " moreover" + text.substring(place);
  }
}
