package ai.laconic.cli.client;

import static org.assertj.core.api.Assertions.assertThat;

import ai.laconic.servicekit.error.Problems;
import io.grpc.Status;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.springframework.beans.BeanInstantiationException;

class FailureTest {
  @Test
  void tellsAScriptWhatKindItIs() {
    assertThat(Failure.of(Problems.invalid("ratio", 5, "4")).exitCode())
        .isEqualTo(ExitCode.REFUSED);
    assertThat(Failure.of(Problems.notFound("context", "ctx_1")).exitCode())
        .isEqualTo(ExitCode.NOT_FOUND);
    assertThat(Failure.of(Status.UNAVAILABLE.asRuntimeException()).exitCode())
        .isEqualTo(ExitCode.UNAVAILABLE);
    assertThat(Failure.of(Problems.unauthenticated("a key")).exitCode())
        .isEqualTo(ExitCode.UNAUTHENTICATED);
    assertThat(Failure.of(Status.ALREADY_EXISTS.asRuntimeException()).exitCode())
        .isEqualTo(ExitCode.REFUSED);
    assertThat(Failure.of(Problems.exhausted("queue", 65, "64", Duration.ofSeconds(1))).exitCode())
        .isEqualTo(ExitCode.UNAVAILABLE);
    assertThat(Failure.of(Problems.tooLarge("text", "65 MB", "64 MB")).exitCode())
        .isEqualTo(ExitCode.REFUSED);
    assertThat(Failure.of(new IllegalStateException("broken")).exitCode())
        .isEqualTo(ExitCode.FAILED);
  }

  @Test
  void saysTheValueAndWhatWasExpected() {
    assertThat(Failure.of(Problems.invalid("ratio", 5, "4, 8 or 16")).message())
        .isEqualTo("ratio: 5 (expected: 4, 8 or 16)");
    assertThat(Failure.of(new NoSuchFileException("nowhere.txt")).message())
        .isEqualTo("file: nowhere.txt (expected: a file that exists)");
  }

  @Test
  void saysWhoWasLost() {
    assertThat(
            Failure.of(Status.UNAVAILABLE.withDescription("Keepalive failed").asRuntimeException())
                .message())
        .isEqualTo("gateway: Keepalive failed");
    assertThat(Failure.of(Problems.unavailable("encoder", "down", Duration.ofSeconds(1))).message())
        .isEqualTo("encoder: down");
  }

  @Test
  void takesWhatTheTransportMadeForAGatewayThatIsGone() {
    for (Status made : List.of(Status.CANCELLED, Status.INTERNAL, Status.UNKNOWN)) {
      Failure failure = Failure.of(made.withDescription("RST_STREAM").asRuntimeException());
      assertThat(failure.message()).isEqualTo("gateway: RST_STREAM");
      assertThat(failure.code()).isEqualTo("UNAVAILABLE");
      assertThat(failure.exitCode()).isEqualTo(ExitCode.UNAVAILABLE);
      assertThat(Failure.of(made.asRuntimeException()).message())
          .isEqualTo("gateway: no explanation");
    }
    Failure explained = Failure.of(Problems.of(new IllegalStateException("broken")));
    assertThat(explained.code()).isEqualTo("INTERNAL");
    assertThat(explained.exitCode()).isEqualTo(ExitCode.FAILED);
  }

  @Test
  void saysWhatAServiceSaidThatDidNotStart() {
    assertThat(Failure.of(new BeanInstantiationException(Object.class, "x", refused())).message())
        .isEqualTo("laconic.encoder.model: none (expected: a directory)");
  }

  private static IllegalArgumentException refused() {
    return new IllegalArgumentException("laconic.encoder.model: none (expected: a directory)");
  }

  @Test
  void saysWhatToDo() {
    assertThat(Failure.of(Status.UNAVAILABLE.asRuntimeException()).hint()).contains("laconic up");
    assertThat(Failure.of(Problems.exhausted("queue", 65, "64", Duration.ofMillis(1500))).hint())
        .isEqualTo("try again in 1.5 s");
  }
}
