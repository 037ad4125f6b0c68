package ai.laconic.cli.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.Status;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

class PatienceTest {
  private final Patience patience = new Patience(3, Duration.ZERO);
  private final AtomicInteger calls = new AtomicInteger();

  private Supplier<String> failing(int times, Status status) {
    return () -> {
      if (calls.incrementAndGet() <= times) {
        throw status.asRuntimeException();
      }
      return "answer";
    };
  }

  @Test
  void comesBackWhileTheSystemIsFull() throws Exception {
    assertThat(patience.call(failing(2, Status.RESOURCE_EXHAUSTED))).isEqualTo("answer");
    assertThat(calls).hasValue(3);
  }

  @Test
  void givesUpInTheEnd() {
    assertThatThrownBy(() -> patience.call(failing(3, Status.RESOURCE_EXHAUSTED)))
        .hasMessage("RESOURCE_EXHAUSTED");
    assertThat(calls).hasValue(3);
  }

  @Test
  void doesNotRepeatWhatIsWrong() {
    assertThatThrownBy(() -> patience.call(failing(1, Status.OUT_OF_RANGE)))
        .hasMessage("OUT_OF_RANGE");
    assertThat(calls).hasValue(1);
  }
}
