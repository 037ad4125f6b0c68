package ai.laconic.servicekit.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.Counter;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.Test;

class MetricsServerTest {
  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);

  @Test
  void servesWhatWasCounted() throws Exception {
    Counter.builder("laconic.test.windows")
        .tag("reason", "missing")
        .register(registry)
        .increment(3);
    try (MetricsServer server = MetricsServer.start(registry, 0)) {
      HttpResponse<String> page =
          HttpClient.newHttpClient()
              .send(
                  HttpRequest.newBuilder(
                          URI.create("http://localhost:" + server.port() + "/metrics"))
                      .build(),
                  HttpResponse.BodyHandlers.ofString());

      assertThat(page.body()).contains("laconic_test_windows_total{reason=\"missing\"} 3.0");
    }
  }

  @Test
  void saysThatThePortIsTaken() {
    try (MetricsServer server = MetricsServer.start(registry, 0)) {
      int port = server.port();
      assertThatThrownBy(() -> MetricsServer.start(registry, port))
          .hasMessageContaining("laconic.service.metrics-port: " + port)
          .hasMessageContaining("(expected: a free port)");
    }
  }
}
