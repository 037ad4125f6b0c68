package ai.laconic.servicekit.metrics;

import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.prometheus.metrics.exporter.httpserver.HTTPServer;
import java.io.IOException;

/** Serves the metrics of a process on {@code /metrics}, in the text format of Prometheus. */
public final class MetricsServer implements AutoCloseable {
  private final HTTPServer server;

  private MetricsServer(HTTPServer server) {
    this.server = server;
  }

  /**
   * Starts it.
   *
   * @param port 0 takes a free one
   */
  public static MetricsServer start(PrometheusMeterRegistry registry, int port) {
    try {
      return new MetricsServer(
          HTTPServer.builder()
              .port(port)
              .registry(registry.getPrometheusRegistry())
              .buildAndStart());
    } catch (IOException e) {
      throw new IllegalArgumentException(
          "laconic.service.metrics-port: "
              + port
              + ": "
              + e.getMessage()
              + " (expected: a free port)",
          e);
    }
  }

  public int port() {
    return server.getPort();
  }

  @Override
  public void close() {
    server.close();
  }
}
