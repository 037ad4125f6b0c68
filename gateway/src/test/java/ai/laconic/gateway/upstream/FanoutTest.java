package ai.laconic.gateway.upstream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.grpc.Context;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class FanoutTest {
  private final ExecutorService executor = Executors.newCachedThreadPool();

  @AfterEach
  void stop() {
    executor.shutdownNow();
  }

  @Test
  void resultsComeInTheOrderOfSubmission() throws Exception {
    CountDownLatch second = new CountDownLatch(1);
    try (Fanout<String> fanout = new Fanout<>(executor, 2)) {
      fanout.submit(
          () -> {
            second.await();
            return "first";
          });
      fanout.submit(
          () -> {
            second.countDown();
            return "second";
          });
      assertThat(fanout.join()).containsExactly("first", "second");
    }
  }

  @Test
  void submittingWaitsWhileTheLimitRuns() throws Exception {
    CountDownLatch go = new CountDownLatch(1);
    AtomicInteger running = new AtomicInteger();
    AtomicInteger submitted = new AtomicInteger();
    try (Fanout<Integer> fanout = new Fanout<>(executor, 2)) {
      Future<?> submitting =
          executor.submit(
              () -> {
                for (int i = 0; i < 4; i++) {
                  fanout.submit(
                      () -> {
                        int now = running.incrementAndGet();
                        go.await();
                        running.decrementAndGet();
                        return now;
                      });
                  submitted.incrementAndGet();
                }
                return null;
              });
      await().until(() -> running.get() == 2);
      assertThat(submitted).hasValue(2);
      go.countDown();
      submitting.get();
      assertThat(fanout.join()).hasSize(4).allMatch(now -> now <= 2);
    }
  }

  @Test
  void theFirstFailureEndsTheOthersAndIsTheOneThatIsSeen() throws Exception {
    CountDownLatch ended = new CountDownLatch(1);
    AtomicReference<Throwable> told = new AtomicReference<>();
    try (Fanout<String> fanout = new Fanout<>(executor, 2, told::set)) {
      CountDownLatch started = new CountDownLatch(1);
      fanout.submit(
          () -> {
            Context.current().addListener(context -> ended.countDown(), Runnable::run);
            started.countDown();
            ended.await();
            throw Status.CANCELLED.asRuntimeException();
          });
      started.await();
      fanout.submit(
          () -> {
            throw Status.DATA_LOSS.asRuntimeException();
          });
      assertThatThrownBy(fanout::join)
          .isInstanceOf(ExecutionException.class)
          .cause()
          .hasMessage("DATA_LOSS");
      assertThat(told.get()).hasMessage("DATA_LOSS");
      assertThatThrownBy(() -> fanout.submit(() -> "never")).isInstanceOf(ExecutionException.class);
    }
  }

  @Test
  void closingEndsWhatStillRuns() throws Exception {
    CountDownLatch ended = new CountDownLatch(1);
    CountDownLatch started = new CountDownLatch(1);
    try (Fanout<String> fanout = new Fanout<>(executor, 1)) {
      fanout.submit(
          () -> {
            Context.current().addListener(context -> ended.countDown(), Runnable::run);
            started.countDown();
            ended.await();
            return "ended";
          });
      started.await();
    }
    ended.await();
  }

  @Test
  void closingInterruptsATaskThatWaits() throws Exception {
    CountDownLatch interrupted = new CountDownLatch(1);
    CountDownLatch started = new CountDownLatch(1);
    try (Fanout<String> fanout = new Fanout<>(executor, 1)) {
      fanout.submit(
          () -> {
            started.countDown();
            try {
              new CountDownLatch(1).await();
            } catch (InterruptedException e) {
              interrupted.countDown();
            }
            return "interrupted";
          });
      started.await();
    }
    interrupted.await();
  }

  @Test
  void saysSoWhenNoThreadIsFree() throws Exception {
    try (Fanout<String> fanout =
        new Fanout<>(
            task -> {
              throw new RejectedExecutionException();
            },
            1)) {
      for (int i = 0; i < 2; i++) {
        assertThatThrownBy(() -> fanout.submit(() -> "never"))
            .isInstanceOf(StatusRuntimeException.class)
            .hasMessageContaining("a free thread in the gateway");
      }
    }
  }
}
