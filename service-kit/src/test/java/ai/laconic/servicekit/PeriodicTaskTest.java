package ai.laconic.servicekit;

import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class PeriodicTaskTest {
  @Test
  void goesOnAfterAFailure() {
    AtomicInteger times = new AtomicInteger();
    try (PeriodicTask unused =
        new PeriodicTask(
            "test",
            Duration.ofMillis(1),
            () -> {
              if (times.incrementAndGet() == 1) {
                throw new IllegalStateException("not this time");
              }
            })) {
      await().until(() -> times.get() >= 3);
    }
  }

  @Test
  void isInterruptedWhenItIsClosed() {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch interrupted = new CountDownLatch(1);
    PeriodicTask task =
        new PeriodicTask(
            "test",
            Duration.ofMillis(1),
            () -> {
              begun.countDown();
              try {
                new CountDownLatch(1).await();
              } catch (InterruptedException e) {
                interrupted.countDown();
                throw e;
              }
            });
    await().until(() -> begun.getCount() == 0);
    task.close();
    await().until(() -> interrupted.getCount() == 0);
  }
}
