package ai.laconic.gateway.context;

import static ai.laconic.gateway.Statuses.assertFails;
import static org.assertj.core.api.Assertions.assertThat;

import ai.laconic.gateway.context.ContextProperties.DefaultExpiration;
import ai.laconic.v1.Expiration;
import io.grpc.Status.Code;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class ContextPropertiesTest {
  private final ContextProperties properties =
      new ContextProperties(Duration.ofHours(24), Duration.ofDays(7), DefaultExpiration.SLIDING);

  private static com.google.protobuf.Duration seconds(long seconds) {
    return com.google.protobuf.Duration.newBuilder().setSeconds(seconds).build();
  }

  @Test
  void aTimeToLiveIsWhatTheClientAsksForUpToTheLimit() {
    assertThat(properties.ttl("ttl", seconds(604800))).isEqualTo(Duration.ofDays(7));
    assertFails(
        Code.INVALID_ARGUMENT,
        "ttl: 604801s (expected: at most 604800s)",
        () -> properties.ttl("ttl", seconds(604801)));
    assertFails(
        Code.INVALID_ARGUMENT,
        "pin.ttl: 0s (expected: at least 1s)",
        () -> properties.ttl("pin.ttl", seconds(0)));
  }

  @Test
  void theExpirationIsTheDefaultIfTheClientDoesNotSay() {
    assertThat(properties.expiration(Expiration.EXPIRATION_UNSPECIFIED))
        .isEqualTo(Expiration.EXPIRATION_SLIDING);
    assertThat(properties.expiration(Expiration.EXPIRATION_FIXED))
        .isEqualTo(Expiration.EXPIRATION_FIXED);
  }
}
