package ai.laconic.gateway.context;

import static ai.laconic.gateway.Statuses.assertFails;
import static org.assertj.core.api.Assertions.assertThat;

import ai.laconic.v1.ContextOptions;
import com.google.protobuf.Timestamp;
import io.grpc.Status.Code;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class LifetimeTest {
  private static final Instant NOW = Instant.ofEpochSecond(1000, 5);
  private final ContextProperties properties =
      new ContextProperties(Duration.ofHours(24), Duration.ofDays(7));

  private static ContextOptions ttl(long seconds) {
    return ContextOptions.newBuilder()
        .setTtl(com.google.protobuf.Duration.newBuilder().setSeconds(seconds))
        .build();
  }

  @Test
  void isTheDefaultIfTheClientDoesNotSay() {
    Lifetime lifetime = Lifetime.of(ContextOptions.getDefaultInstance(), NOW, properties);
    assertThat(lifetime.ttl()).isEqualTo(Duration.ofHours(24));
    assertThat(lifetime.createdProto())
        .isEqualTo(Timestamp.newBuilder().setSeconds(1000).setNanos(5).build());
    assertThat(lifetime.expiresProto())
        .isEqualTo(Timestamp.newBuilder().setSeconds(1000 + 86400).setNanos(5).build());
  }

  @Test
  void isWhatTheClientAsksForUpToTheLimit() {
    assertThat(Lifetime.of(ttl(604800), NOW, properties).ttl()).isEqualTo(Duration.ofDays(7));
    assertFails(
        Code.INVALID_ARGUMENT,
        "ttl: 604801s (expected: at most 604800s)",
        () -> Lifetime.of(ttl(604801), NOW, properties));
  }
}
