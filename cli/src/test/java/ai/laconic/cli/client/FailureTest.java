package ai.laconic.cli.client;

import static org.assertj.core.api.Assertions.assertThat;

import ai.laconic.servicekit.error.Problems;
import io.grpc.Status;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import org.junit.jupiter.api.Test;

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
  void saysWhatToDo() {
    assertThat(Failure.of(Status.UNAVAILABLE.asRuntimeException()).hint()).contains("laconic up");
    assertThat(Failure.of(Problems.exhausted("queue", 65, "64", Duration.ofMillis(1500))).hint())
        .isEqualTo("try again in 1.5 s");
  }
}
