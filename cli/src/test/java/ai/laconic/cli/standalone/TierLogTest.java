package ai.laconic.cli.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.spi.LoggingEvent;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;

class TierLogTest {
  private static String tierOfThisThread() {
    return new TierLog().convert(new LoggingEvent());
  }

  @Test
  void namesTheTierThatAThreadWorksFor() throws Exception {
    assertThat(tierOfThisThread()).isEqualTo("laconic");
    assertThat(TierLog.inTier("gateway", TierLogTest::tierOfThisThread)).isEqualTo("gateway");
  }

  @Test
  void namesItForThreadsThatOthersOfTheTierStarted() throws Exception {
    ExecutorService pool = TierLog.inTier("encoder-svc tiny", Executors::newSingleThreadExecutor);
    try {
      TierLog.inTier("encoder-svc tiny", () -> pool.submit(() -> {}).get());
      assertThat(CompletableFuture.supplyAsync(TierLogTest::tierOfThisThread, pool).get())
          .isEqualTo("encoder-svc tiny");
    } finally {
      pool.shutdownNow();
    }
  }

  @Test
  void doesNotClaimThreadsThatGrpcShares() throws Exception {
    CompletableFuture<String> name = new CompletableFuture<>();
    TierLog.inTier(
        "gateway",
        () -> {
          new Thread(() -> name.complete(tierOfThisThread()), "grpc-default-worker-ELG-1").start();
          return name;
        });
    assertThat(name.get()).isEqualTo("grpc");
  }

  @Test
  void failsAsTheStartDoes() {
    assertThatThrownBy(
            () ->
                TierLog.inTier(
                    "gateway",
                    () -> {
                      throw new IllegalArgumentException("port");
                    }))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("port");
  }
}
