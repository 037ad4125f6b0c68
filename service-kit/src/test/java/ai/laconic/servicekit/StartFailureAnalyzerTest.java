package ai.laconic.servicekit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.diagnostics.FailureAnalyzer;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.core.io.support.SpringFactoriesLoader;

class StartFailureAnalyzerTest {
  private static @Nullable FailureAnalysis analysed(Class<?> application) {
    Throwable failure =
        catchThrowable(() -> new AnnotationConfigApplicationContext(application).close());
    assertThat(failure).isNotNull();
    return new StartFailureAnalyzer().analyze(failure);
  }

  @Test
  void saysWhatIsWrongOutside() {
    assertThat(analysed(WithoutModel.class))
        .extracting(FailureAnalysis::getDescription)
        .isEqualTo("config.json: head_dim: 7 (expected: 64)");
  }

  @Test
  void saysWhichSettingIsWrong() {
    assertThat(analysed(WithWrongSetting.class))
        .extracting(FailureAnalysis::getDescription)
        .isEqualTo("model: /x: config.json: head_dim: 7 (expected: 64)");
  }

  @Test
  void namesTheKindWhereAMessageAloneSaysLittle() {
    assertThat(analysed(WithoutFile.class))
        .extracting(FailureAnalysis::getDescription)
        .isEqualTo("java.io.IOException: /models/x");
  }

  @Test
  void leavesFlawsOfTheProgramTheirStackTrace() {
    assertThat(analysed(WithFlaw.class)).isNull();
  }

  @Test
  void isFoundBySpring() {
    SpringFactoriesLoader registered = SpringFactoriesLoader.forDefaultResourceLocation();

    assertThat(registered.load(FailureAnalyzer.class, (type, name, whyNot) -> {}))
        .hasAtLeastOneElementOfType(StartFailureAnalyzer.class);
  }

  static class WithoutModel {
    @Bean
    Object model() throws UnservableException {
      throw new UnservableException("config.json: head_dim: 7 (expected: 64)");
    }
  }

  static class WithWrongSetting {
    @Bean
    Object model() {
      try {
        throw new UnservableException("config.json: head_dim: 7 (expected: 64)");
      } catch (UnservableException e) {
        throw new IllegalArgumentException("model: /x: " + e.getMessage(), e);
      }
    }
  }

  static class WithoutFile {
    @Bean
    Object model() throws IOException {
      throw new IOException("/models/x");
    }
  }

  static class WithFlaw {
    @Bean
    Object model() {
      throw new IllegalStateException("no model");
    }
  }

  private static final class UnservableException extends Exception {
    private static final long serialVersionUID = 1L;

    UnservableException(String message) {
      super(message);
    }
  }
}
