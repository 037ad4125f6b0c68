package ai.laconic.benchmarks.text;

import static org.assertj.core.api.Assertions.assertThat;

import ai.laconic.runtime.tokenizer.TextTokenizer;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class SourceTextsTest {
  private static TextTokenizer tokenizer;
  private static String source;

  @BeforeAll
  static void open() throws Exception {
    tokenizer = TextTokenizer.open(Path.of("../models/nano-4x/encoder/tokenizer.json"));
    source = Files.readString(Path.of("../demo/opticks.txt"));
  }

  @AfterAll
  static void close() {
    tokenizer.close();
  }

  @Test
  void hasAsManyTokensAsAskedFor() {
    SourceTexts texts = new SourceTexts(source, tokenizer, 1);
    for (int tokens : new int[] {64, 1000, 30000}) {
      // Where the text is cut, or stripped, a token may become another one.
      assertThat(tokenizer.tokenize(texts.text(tokens, 5)).length())
          .isBetween(tokens - tokens / 100 - 2, tokens + tokens / 100 + 2);
    }
  }

  @Test
  void isTheSameForTheSameSeedAndNumberAlone() {
    SourceTexts texts = new SourceTexts(source, tokenizer, 1);

    assertThat(texts.text(500, 1)).isEqualTo(new SourceTexts(source, tokenizer, 1).text(500, 1));
    assertThat(texts.text(500, 1)).isNotEqualTo(texts.text(500, 2));
    assertThat(texts.text(500, 1)).isNotEqualTo(new SourceTexts(source, tokenizer, 2).text(500, 1));
  }

  @Test
  void aWordIsPutInWhereItShallBe() {
    assertThat(SourceTexts.withWord("one two three", 0)).isEqualTo("one moreover two three");
    assertThat(SourceTexts.withWord("one two three", 0.5)).isEqualTo("one two moreover three");
    assertThat(SourceTexts.withWord("one two three", 1)).isEqualTo("one two three moreover");
  }
}
