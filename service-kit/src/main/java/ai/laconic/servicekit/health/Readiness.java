package ai.laconic.servicekit.health;

import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.protobuf.services.HealthStatusManager;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;

/**
 * Keeps the gRPC health status in step with the checks. Starts after the server and stops before
 * it, so that a draining service is NOT_SERVING while its last calls finish.
 */
public final class Readiness implements SmartLifecycle {
  private static final Logger log = LoggerFactory.getLogger(Readiness.class);

  private final List<ReadinessCheck> checks;
  private final List<HealthName> names;
  private final HealthStatusManager health;
  private final ScheduledExecutorService timer;
  private final Duration interval;
  private volatile boolean running;
  private volatile ServingStatus last = ServingStatus.NOT_SERVING;

  /**
   * @param names under which the health is reported beside the empty one
   */
  public Readiness(
      List<ReadinessCheck> checks,
      List<HealthName> names,
      HealthStatusManager health,
      ScheduledExecutorService timer,
      Duration interval) {
    this.checks = List.copyOf(checks);
    this.names = List.copyOf(names);
    this.health = health;
    this.timer = timer;
    this.interval = interval;
    report(ServingStatus.NOT_SERVING);
  }

  @Override
  public void start() {
    running = true;
    timer.scheduleWithFixedDelay(this::update, 0, interval.toMillis(), TimeUnit.MILLISECONDS);
  }

  @Override
  public void stop() {
    running = false;
    health.enterTerminalState();
  }

  @Override
  public boolean isRunning() {
    return running;
  }

  @Override
  public int getPhase() {
    return Integer.MAX_VALUE;
  }

  private void update() {
    if (!running) {
      return;
    }
    List<String> failing =
        checks.stream().filter(check -> !check.ready()).map(ReadinessCheck::name).toList();
    ServingStatus status = failing.isEmpty() ? ServingStatus.SERVING : ServingStatus.NOT_SERVING;
    if (status != last) {
      log.info("{}{}", status, failing.isEmpty() ? "" : ", waiting for " + failing);
      last = status;
    }
    report(status);
  }

  private void report(ServingStatus status) {
    health.setStatus(HealthStatusManager.SERVICE_NAME_ALL_SERVICES, status);
    names.forEach(each -> health.setStatus(each.name(), status));
  }
}
