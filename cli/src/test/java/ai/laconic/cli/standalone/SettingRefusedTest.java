package ai.laconic.cli.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.springframework.beans.BeanInstantiationException;

class SettingRefusedTest {
  private static final String PATIENCE = "laconic.gateway.patience";

  private static BeanInstantiationException refused(String sentence) {
    return new BeanInstantiationException(
        Object.class, "x", new IllegalArgumentException(sentence));
  }

  @Test
  void namesTheOneThatWasTyped() {
    assertThat(
            SettingRefused.in(
                refused("patience: PT-5S (expected: 0 or more)"),
                List.of("laconic.gateway.pool-refresh", PATIENCE)))
        .get()
        .extracting(Throwable::getMessage)
        .isEqualTo("laconic.gateway.patience: PT-5S (expected: 0 or more)");
  }

  @Test
  void namesTheOptionThatStandsForIt() {
    String sentence = "laconic.cache.directory: data directory /data: in use";

    assertThat(SettingRefused.in(refused(sentence), List.of(PATIENCE)))
        .get()
        .extracting(Throwable::getMessage)
        .isEqualTo("--data: data directory /data: in use");
    assertThat(SettingRefused.in(refused(sentence), List.of("laconic.cache.directory"))).isEmpty();
  }

  @Test
  void guessesNone() {
    String sentence = "patience: PT-5S (expected: 0 or more)";
    assertThat(
            SettingRefused.in(
                refused(sentence), List.of(PATIENCE, "laconic.gateway.generation.patience")))
        .isEmpty();
    assertThat(SettingRefused.in(refused(sentence), List.of())).isEmpty();
    assertThat(SettingRefused.in(refused(PATIENCE + ": PT-5S"), List.of(PATIENCE))).isEmpty();
    assertThat(SettingRefused.in(new IllegalStateException("broken"), List.of(PATIENCE))).isEmpty();
  }
}
