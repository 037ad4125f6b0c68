package ai.laconic.cache.service;

import static ai.laconic.cache.Fixtures.ACME;
import static ai.laconic.cache.Fixtures.OTHER;
import static ai.laconic.cache.Fixtures.contextId;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.laconic.cache.store.ListPosition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PageTokensTest {
  private static final ListPosition POSITION =
      new ListPosition(1_767_225_600_123L, contextId(0xabcdef));

  @Test
  void readsWhatItWrote() {
    assertThat(PageTokens.read(ACME, PageTokens.write(ACME, POSITION))).hasValue(POSITION);
    assertThat(PageTokens.read(ACME, "")).isEmpty();
  }

  @Test
  void fitsTheContract() {
    assertThat(PageTokens.write(ACME, POSITION)).hasSizeLessThanOrEqualTo(200);
  }

  @ParameterizedTest
  @ValueSource(strings = {"1", "abc", "not base64!", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "Ω"})
  void refusesOthers(String token) {
    assertThatThrownBy(() -> PageTokens.read(ACME, token))
        .hasMessage(
            "INVALID_ARGUMENT: page_token: %s (expected: next_page_token of the page before, or"
                + " nothing)",
            token);
  }

  @Test
  void refusesEveryChangeOfACharacter() {
    String token = PageTokens.write(ACME, POSITION);
    // The last character has bits that mean nothing.
    for (int at = 0; at < token.length() - 1; at++) {
      char other = token.charAt(at) == 'x' ? 'y' : 'x';
      String changed = token.substring(0, at) + other + token.substring(at + 1);
      assertThatThrownBy(() -> PageTokens.read(ACME, changed)).hasMessageContaining("page_token");
    }
  }

  @Test
  void refusesTheTokenOfAnotherList() {
    String token = PageTokens.write(ACME, POSITION);
    assertThatThrownBy(() -> PageTokens.read(OTHER, token)).hasMessageContaining("page_token");
  }
}
