package ai.laconic.runtime.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

class TokenizedTextTest {
  @Test
  void refusesStartsThatAreNone() {
    refuses(new int[] {0}, "starts: 1 (expected: one for each of 2 ids)");
    refuses(new int[] {1, 0}, "starts[1]: 0 (expected: 1 to 2)");
    refuses(new int[] {0, 3}, "starts[1]: 3 (expected: 0 to 2)");
    refuses(new int[] {-1, 0}, "starts[0]: -1 (expected: 0 to 2)");
  }

  @Test
  void comparesContents() {
    TokenizedText text = new TokenizedText("abc", new int[] {1, 2}, new int[] {0, 1});
    TokenizedText same = new TokenizedText("abc", new int[] {1, 2}, new int[] {0, 1});
    assertThat(text).isEqualTo(same).hasSameHashCodeAs(same);
    assertThat(text)
        .isNotEqualTo(new TokenizedText("abc", new int[] {1, 2}, new int[] {0, 2}))
        .isNotEqualTo(new TokenizedText("abc", new int[] {1, 3}, new int[] {0, 1}))
        .isNotEqualTo(new TokenizedText("abd", new int[] {1, 2}, new int[] {0, 1}));
    assertThat(text).hasToString("TokenizedText[3 chars, 2 tokens]");
  }

  private static void refuses(int[] starts, String message) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new TokenizedText("abc", new int[] {1, 2}, starts))
        .withMessage(message);
  }
}
