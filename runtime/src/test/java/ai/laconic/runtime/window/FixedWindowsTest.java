package ai.laconic.runtime.window;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

class FixedWindowsTest {
  @Test
  void cutsEverySoManyTokens() {
    WindowPolicy policy = WindowPolicy.fixed(3);
    assertThat(policy.cut(ToyTokens.of(""))).isEmpty();
    assertThat(policy.cut(ToyTokens.of("a b"))).containsExactly(new Window(0, 2));
    assertThat(policy.cut(ToyTokens.of("a b c"))).containsExactly(new Window(0, 3));
    assertThat(policy.cut(ToyTokens.of("a b c d e f g")))
        .containsExactly(new Window(0, 3), new Window(3, 6), new Window(6, 7));
    assertThat(WindowPolicy.fixed(Integer.MAX_VALUE).cut(ToyTokens.of("a b")))
        .containsExactly(new Window(0, 2));
  }

  @Test
  void refusesWindowsWithoutTokens() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> WindowPolicy.fixed(0))
        .withMessage("windowTokens: 0 (expected: at least 1)");
  }
}
