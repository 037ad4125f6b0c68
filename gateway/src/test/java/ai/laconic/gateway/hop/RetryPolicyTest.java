package ai.laconic.gateway.hop;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

class RetryPolicyTest {
  private static final Duration LONG = Duration.ofMinutes(1);
  private final RetryPolicy policy = new RetryPolicy(Duration.ofMillis(50), Duration.ofMillis(200));

  @Test
  void triesOnceMoreWhenAPeerIsUnavailable() {
    assertThat(policy.delay(Status.Code.UNAVAILABLE, 1, LONG, 0)).contains(Duration.ofMillis(50));
    assertThat(policy.delay(Status.Code.UNAVAILABLE, 1, LONG, 0.5))
        .contains(Duration.ofMillis(125));
    assertThat(policy.delay(Status.Code.UNAVAILABLE, 2, LONG, 0)).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(value = Status.Code.class, names = "UNAVAILABLE", mode = Mode.EXCLUDE)
  void nothingElseIsTriedAgain(Status.Code code) {
    assertThat(policy.delay(code, 1, LONG, 0)).isEmpty();
  }

  @Test
  void nothingIsTriedAgainThatWouldBeLate() {
    assertThat(policy.delay(Status.Code.UNAVAILABLE, 1, Duration.ofMillis(50), 0)).isEmpty();
  }
}
