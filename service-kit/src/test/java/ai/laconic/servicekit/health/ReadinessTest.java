package ai.laconic.servicekit.health;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import ai.laconic.servicekit.TestServer;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.protobuf.services.HealthStatusManager;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ReadinessTest {
  private final AtomicBoolean ready = new AtomicBoolean();
  private final HealthStatusManager health = new HealthStatusManager();
  private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
  private final TestServer server = TestServer.start(health.getHealthService(), List.of());
  private final Readiness readiness =
      new Readiness(
          List.of(ReadinessCheck.of("model", ready::get)),
          List.of(new HealthName("f1f2")),
          health,
          timer,
          Duration.ofMillis(5));

  @AfterEach
  void close() {
    timer.shutdownNow();
    server.close();
  }

  private ServingStatus status() {
    return status("");
  }

  private ServingStatus status(String name) {
    return HealthGrpc.newBlockingStub(server.channel())
        .check(HealthCheckRequest.newBuilder().setService(name).build())
        .getStatus();
  }

  @Test
  void followsItsChecksFromStartToDrain() {
    assertThat(status()).isEqualTo(ServingStatus.NOT_SERVING);
    readiness.start();
    ready.set(true);
    await().until(() -> status() == ServingStatus.SERVING);
    ready.set(false);
    await().until(() -> status() == ServingStatus.NOT_SERVING);
    ready.set(true);
    await().until(() -> status() == ServingStatus.SERVING);
    readiness.stop();
    assertThat(status()).isEqualTo(ServingStatus.NOT_SERVING);
  }

  @Test
  void reportsUnderItsNamesToo() {
    readiness.start();
    ready.set(true);
    await().until(() -> status("f1f2") == ServingStatus.SERVING);
    ready.set(false);
    await().until(() -> status("f1f2") == ServingStatus.NOT_SERVING);
    assertThatThrownBy(() -> status("f3f4")).hasMessageContaining("NOT_FOUND");
  }
}
