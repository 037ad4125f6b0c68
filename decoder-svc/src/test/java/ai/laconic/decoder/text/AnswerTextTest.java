package ai.laconic.decoder.text;

import static org.assertj.core.api.Assertions.assertThat;

import ai.laconic.runtime.Golden;
import ai.laconic.runtime.tokenizer.TextTokenizer;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

@SuppressWarnings("NullAway.Init")
class AnswerTextTest {
  private static TextTokenizer tokenizer;

  @BeforeAll
  static void open() throws Exception {
    tokenizer = TextTokenizer.open(Golden.checkpoint().resolve("decoder/tokenizer.json"));
  }

  @AfterAll
  static void close() {
    tokenizer.close();
  }

  @Test
  void neverBreaksACharacterThatTakesSeveralTokens() {
    String text = "fox 🦊🚀 in 日本語, Grüße";
    int[] ids = tokenizer.tokenize(text).ids();
    AnswerText answer = new AnswerText(tokenizer.detokenizer(), List.of());
    StringBuilder sent = new StringBuilder();

    for (int id : ids) {
      String piece = answer.push(id);
      assertThat(piece).doesNotContain("\uFFFD");
      assertThat(piece.isEmpty() || !Character.isHighSurrogate(piece.charAt(piece.length() - 1)))
          .isTrue();
      sent.append(piece);
    }

    assertThat(ids.length).isGreaterThan(text.codePointCount(0, text.length()) / 2);
    assertThat(sent.toString()).isEqualTo(text);
    assertThat(answer.end()).isEmpty();
  }

  @Test
  void stopsWithinWhatSeveralTokensSay() {
    AnswerText answer = new AnswerText(tokenizer.detokenizer(), List.of("🚀 in"));
    StringBuilder sent = new StringBuilder();

    for (int id : tokenizer.tokenize("go 🦊🚀 into").ids()) {
      if (!answer.stopped()) {
        sent.append(answer.push(id));
      }
    }

    assertThat(answer.stopped()).isTrue();
    assertThat(sent + answer.end()).isEqualTo("go 🦊");
  }

  @Test
  void anAnswerThatEndsWithinACharacterSaysSo() {
    int[] ids = tokenizer.tokenize("🦊").ids();
    AnswerText answer = new AnswerText(tokenizer.detokenizer(), List.of());

    assertThat(ids.length).isGreaterThan(1);
    assertThat(answer.push(ids[0])).isEmpty();
    assertThat(answer.end()).isEqualTo("\uFFFD");
  }
}
