package ai.laconic.runtime.window;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import ai.laconic.runtime.tokenizer.TextTokenizer;
import ai.laconic.runtime.tokenizer.TokenizedText;
import ai.laconic.runtime.tokenizer.TokenizerException;
import ai.laconic.runtime.tokenizer.TokenizerFixture;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WindowBytesTest {
  private static TextTokenizer tokenizer;

  @BeforeAll
  static void open() throws TokenizerException {
    tokenizer = TokenizerFixture.encoder();
  }

  @AfterAll
  static void close() {
    tokenizer.close();
  }

  @Test
  void aCharacterBelongsToTheWindowAfterTheCut() {
    TokenizedText text = tokenizer.tokenize("x🦊y");
    assertThat(WindowBytes.of(text, List.of(new Window(0, 3), new Window(3, 6))))
        .containsExactly(1, 5);
    assertThat(
            WindowBytes.of(
                text,
                List.of(new Window(0, 1), new Window(1, 2), new Window(2, 5), new Window(5, 6))))
        .containsExactly(1, 0, 4, 1);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 5, 64, 10_000})
  void everyPartIsValidAndTogetherTheyAreTheSource(int tokens) {
    String source =
        ("👩‍👧 e\u0301\u0327 \u1100\u1161\u11a8 q\u0307\u0323\r\n\r\n"
                + "日本語 <|im_end|> ﬁ\0 \uD834\uDD5E Köln")
            .repeat(3);
    byte[] bytes = source.getBytes(StandardCharsets.UTF_8);
    TokenizedText text = tokenizer.tokenize(source);
    for (WindowPolicy policy :
        List.of(WindowPolicy.fixed(tokens), WindowPolicy.contentDefined(1, tokens))) {
      int from = 0;
      for (int count : WindowBytes.of(text, policy.cut(text))) {
        String part = new String(bytes, from, count, StandardCharsets.UTF_8);
        assertThat(part.getBytes(StandardCharsets.UTF_8)).hasSize(count);
        assertThat(part).doesNotContain("\uFFFD");
        from += count;
      }
      assertThat(from).isEqualTo(bytes.length);
    }
  }

  @Test
  void emptyTextHasNoWindows() {
    assertThat(WindowBytes.of(tokenizer.tokenize(""), List.of())).isEmpty();
  }

  @Test
  void refusesWindowsThatAreNotTheWholeText() {
    TokenizedText text = tokenizer.tokenize("0123");
    refuses(
        text,
        List.of(new Window(1, 4)),
        "Window[start=1, end=4] (expected: to start at 0 and end by 4)");
    refuses(text, List.of(new Window(0, 2), new Window(3, 4)), "Window[start=3, end=4]");
    refuses(text, List.of(new Window(0, 5)), "Window[start=0, end=5]");
    refuses(text, List.of(new Window(0, 3)), "windows end at token 3 (expected: 4)");
  }

  private static void refuses(TokenizedText text, List<Window> windows, String message) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> WindowBytes.of(text, windows))
        .withMessageContaining(message);
  }
}
