package ai.laconic.gateway.text;

import java.util.Random;

/** Random texts of many shapes. */
final class Texts {
  private static final String[] WORDS = {
    "a", "latent", "Kontext", "größer", "文字", "。", "😀", "naïve", "<|memory|>", "e\u0301"
  };
  private static final String[] GAPS = {
    " ", " ", " ", ". ", "! ", "\n", "\r\n", "\n\n", "\n\n\n", "\t", "", "。", "  "
  };

  private Texts() {}

  /** Returns prose, a single word without end, white space, or a bit of everything. */
  static String random(Random random, int parts) {
    int shape = random.nextInt(6);
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < parts; i++) {
      switch (shape) {
        case 0 -> text.append(WORDS[random.nextInt(WORDS.length)]);
        case 1 -> text.append(GAPS[random.nextInt(GAPS.length)]);
        case 2 -> text.append("😀");
        case 3 -> text.append("word ");
        default ->
            text.append(WORDS[random.nextInt(WORDS.length)])
                .append(GAPS[random.nextInt(GAPS.length)]);
      }
    }
    return text.toString();
  }

  /** Returns paragraphs of sentences, all different. */
  static String prose(Random random, int paragraphs) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < paragraphs; i++) {
      int sentences = 1 + random.nextInt(5);
      for (int j = 0; j < sentences; j++) {
        text.append("Sentence ").append(random.nextInt(1_000_000)).append(" says so. ");
      }
      text.append("\n\n");
    }
    return text.toString();
  }
}
