package ai.laconic.runtime.window;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import ai.laconic.runtime.tokenizer.TokenizedText;
import org.junit.jupiter.api.Test;

class WindowTest {
  @Test
  void isNeverEmpty() {
    assertThat(new Window(3, 5).length()).isEqualTo(2);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Window(3, 3))
        .withMessage("window end: 3 (expected: more than its start, 3)");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Window(-1, 3))
        .withMessage("window start: -1 (expected: at least 0)");
  }

  @Test
  void takesItsIdsFromTheText() {
    TokenizedText text = new TokenizedText("abc", new int[] {7, 8, 9}, new int[] {0, 1, 2});
    assertThat(new Window(1, 3).idsOf(text)).containsExactly(8, 9);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Window(1, 4).idsOf(text))
        .withMessage("window end: 4 (expected: at most 3 tokens)");
  }
}
