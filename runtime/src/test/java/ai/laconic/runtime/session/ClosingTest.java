package ai.laconic.runtime.session;

import static org.assertj.core.api.Assertions.assertThat;

import ai.laconic.runtime.Golden;
import ai.laconic.runtime.model.ModelDirectory;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A session that were closed below a run would take the whole process with it. */
class ClosingTest {
  private static final List<int[]> BATCH = Collections.nCopies(16, new int[64]);

  @Test
  @Timeout(value = 5, unit = TimeUnit.MINUTES)
  void waitsForRunsOfOtherThreads() throws Exception {
    ModelDirectory model = ModelDirectory.open(Golden.checkpoint());
    ExecutorService threads = Executors.newFixedThreadPool(3);
    try {
      LatentEncoder encoder = LatentEncoder.open(model, Device.CPU, 1);
      DecoderSession decoder = DecoderSession.open(model, Device.CPU, 1, 512, 1);
      CountDownLatch running = new CountDownLatch(3);
      List<Future<?>> workers = new ArrayList<>();
      for (int i = 0; i < 2; i++) {
        workers.add(threads.submit(() -> untilClosed(running, () -> encoder.encode(BATCH))));
      }
      workers.add(
          threads.submit(
              () ->
                  untilClosed(
                      running,
                      () -> {
                        decoder.truncate(0, 0);
                        decoder.append(0, new int[512], new float[0]);
                      })));
      running.await();

      encoder.close();
      decoder.close();

      for (Future<?> worker : workers) {
        assertThat(worker.get()).isEqualTo("closed");
      }
    } finally {
      threads.shutdownNow();
    }
  }

  private static String untilClosed(CountDownLatch running, Runnable call) {
    for (int i = 0; ; i++) {
      try {
        call.run();
      } catch (IllegalStateException e) {
        return "closed";
      }
      if (i == 0) {
        running.countDown();
      }
    }
  }
}
