package ai.laconic.runtime.window;

import ai.laconic.runtime.tokenizer.TokenizedText;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Tokens and texts that are quick to make: a word with the space before it is a token. */
final class ToyTokens {
  private static final Pattern TOKEN = Pattern.compile("\\R+| ?\\w+|[^\\w\\s]+|\\s");

  private ToyTokens() {}

  static TokenizedText of(String text) {
    List<String> tokens = new ArrayList<>();
    List<Integer> starts = new ArrayList<>();
    Matcher matcher = TOKEN.matcher(text);
    while (matcher.find()) {
      tokens.add(matcher.group());
      starts.add(matcher.start());
    }
    return new TokenizedText(
        text,
        tokens.stream().mapToInt(token -> token.hashCode() & 0xffff).toArray(),
        starts.stream().mapToInt(start -> start).toArray());
  }

  /** Returns prose-like text: words in sentences, sentences in lines, lines in paragraphs. */
  static String prose(Random random, int words) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < words; i++) {
      text.append(word(random));
      int dice = random.nextInt(120);
      text.append(dice == 0 ? ".\n\n" : dice < 4 ? ".\n" : dice < 12 ? ". " : " ");
    }
    return text.toString();
  }

  static String word(Random random) {
    return "w" + (int) Math.exp(random.nextDouble() * 9);
  }
}
