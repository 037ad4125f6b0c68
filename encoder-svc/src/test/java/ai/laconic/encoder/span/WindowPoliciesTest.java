package ai.laconic.encoder.span;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.laconic.runtime.window.WindowPolicy;
import org.junit.jupiter.api.Test;

class WindowPoliciesTest {
  @Test
  void adaptsToTheModel() {
    WindowPolicies tiny = WindowPolicies.of(Windowing.CONTENT_DEFINED, 0, 0, 64);

    assertThat(tiny.contentDefined()).isEqualTo(WindowPolicy.contentDefined(16, 64));
    assertThat(tiny.fixed()).isEqualTo(WindowPolicy.fixed(64));
    assertThat(WindowPolicies.of(Windowing.FIXED, 0, 0, 1024).contentDefined())
        .isEqualTo(WindowPolicy.contentDefined(256, 1024));
    assertThat(WindowPolicies.of(Windowing.FIXED, 0, 0, 1).contentDefined())
        .isEqualTo(WindowPolicy.contentDefined(1, 1));
  }

  @Test
  void takesWhatIsSet() {
    assertThat(WindowPolicies.of(Windowing.FIXED, 100, 512, 1024).contentDefined())
        .isEqualTo(WindowPolicy.contentDefined(100, 512));
    assertThat(WindowPolicies.of(Windowing.FIXED, 0, 512, 1024).contentDefined())
        .isEqualTo(WindowPolicy.contentDefined(128, 512));
  }

  @Test
  void servesTheWishOrTheDefault() {
    WindowPolicies policies = WindowPolicies.of(Windowing.FIXED, 0, 0, 64);

    assertThat(policies.resolve(null)).isEqualTo(Windowing.FIXED);
    assertThat(policies.resolve(Windowing.CONTENT_DEFINED)).isEqualTo(Windowing.CONTENT_DEFINED);
    assertThat(policies.of(Windowing.FIXED)).isSameAs(policies.fixed());
    assertThat(policies.of(Windowing.CONTENT_DEFINED)).isSameAs(policies.contentDefined());
  }

  @Test
  void refusesWindowsThatTheModelCanNotRead() {
    assertThatThrownBy(() -> WindowPolicies.of(Windowing.FIXED, 0, 65, 64))
        .hasMessage(
            "windowing.max-tokens: 65 (expected: 1 to the model's window of 64 tokens, or 0 for"
                + " it)");
    assertThatThrownBy(() -> WindowPolicies.of(Windowing.FIXED, 0, -1, 64))
        .hasMessageStartingWith("windowing.max-tokens: -1");
  }

  @Test
  void refusesALeastThatIsNotLess() {
    assertThatThrownBy(() -> WindowPolicies.of(Windowing.FIXED, 64, 0, 64))
        .hasMessage(
            "windowing.min-tokens: 64 (expected: 1 to 63, less than windowing.max-tokens, or 0 for a"
                + " quarter of it)");
    assertThatThrownBy(() -> WindowPolicies.of(Windowing.FIXED, -3, 0, 64))
        .hasMessageStartingWith("windowing.min-tokens: -3");
  }
}
