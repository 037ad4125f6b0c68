package ai.laconic.servicekit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.test.util.TestPropertyValues;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Bean;

class StartFailureTest {
  private static Optional<String> explained(Class<?> application, String... settings) {
    Throwable failure =
        catchThrowable(
            () -> {
              try (var context = new AnnotationConfigApplicationContext()) {
                TestPropertyValues.of(settings).applyTo(context);
                context.register(application);
                context.refresh();
              }
            });
    assertThat(failure).isNotNull();
    return StartFailure.explain(failure);
  }

  @Test
  void saysWhatIsWrongOutside() {
    assertThat(explained(WithoutModel.class)).contains("config.json: head_dim: 7 (expected: 64)");
  }

  @Test
  void saysWhichSettingIsWrong() {
    assertThat(explained(WithWrongSetting.class))
        .contains("model: /x: config.json: head_dim: 7 (expected: 64)");
  }

  @Test
  void namesTheKindWhereAMessageAloneSaysLittle() {
    assertThat(explained(WithoutFile.class)).contains("java.io.IOException: /models/x");
  }

  @Test
  void saysWhatASettingLooksLike() {
    assertThat(explained(WithSettings.class, "kit.pause=soon", "kit.slots=1"))
        .contains("kit.pause: soon (expected: a duration, such as 5s)");
    assertThat(explained(WithSettings.class, "kit.pause=1s", "kit.slots=many"))
        .contains("kit.slots: many (expected: a whole number)");
    assertThat(explained(WithSettings.class, "kit.pause=1s", "kit.slots=${KIT:many}"))
        .contains("kit.slots: many (expected: a whole number)");
    assertThat(explained(WithSettings.class, "kit.pause=1s", "kit.slots=0"))
        .contains("kit.slots: 0 (expected: 1 or more)");
    assertThat(explained(WithSettings.class, "kit.pause=1s", "kit.slots=1", "kit.slot=2"))
        .contains("kit.slot: 2 (expected: a setting that exists)");
  }

  @Test
  void saysWhichPortIsTaken() {
    assertThat(
            StartFailure.explain(
                new IllegalStateException(
                    new IOException(
                        "Failed to bind to address localhost/127.0.0.1:7070",
                        new IOException(
                            "bind(..) failed with error(-98): Address already in use")))))
        .contains(
            "address 127.0.0.1:7070: address already in use"
                + " (expected: an address of this machine with a free port)");
  }

  @Test
  void saysThatANumberIsNoPort() {
    assertThat(
            StartFailure.explain(
                new IllegalStateException(new IllegalArgumentException("port out of range:70707"))))
        .contains("spring.grpc.server.port: 70707 (expected: 0 to 65535)");
  }

  @Test
  void leavesFlawsOfTheProgramTheirStackTrace() {
    assertThat(explained(WithFlaw.class)).isEmpty();
  }

  @Test
  void isToldInOneLine() throws Exception {
    Process service =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Service.class.getName())
            .redirectErrorStream(true)
            .start();
    String output = new String(service.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

    assertThat(output).contains("config.json: head_dim: 7 (expected: 64)").hasLineCount(1);
    assertThat(service.waitFor()).isEqualTo(1);
  }

  static class Service {
    public static void main(String... arguments) {
      LaconicService.start(WithoutModel.class, "service", Map.of(), arguments).close();
    }
  }

  @EnableConfigurationProperties(KitProperties.class)
  static class WithSettings {}

  @ConfigurationProperties(prefix = "kit", ignoreUnknownFields = false)
  record KitProperties(Duration pause, int slots) {
    KitProperties {
      if (slots < 1) {
        throw new IllegalArgumentException("slots: " + slots + " (expected: 1 or more)");
      }
    }
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
