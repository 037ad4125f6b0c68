package ai.laconic.encoder.batch;

import static ai.laconic.encoder.Patience.await;
import static ai.laconic.encoder.batch.Batches.assertProblem;
import static ai.laconic.encoder.batch.Batches.get;
import static ai.laconic.encoder.batch.Batches.unwrapped;
import static ai.laconic.encoder.batch.Batches.windows;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import ai.laconic.servicekit.error.Problems;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** What becomes of jobs whose batches fail, and of those that wait when it stops. */
class BatcherFailureTest extends RunningBatcher {
  @Test
  void failsTheJobsOfABatchThatFails() throws Exception {
    encoder.misbehave(
        windows -> {
          throw new IllegalStateException("out of memory");
        });
    try (BatchJob job = admit("a", 16)) {
      Future<List<float[]>> latents = job.submit(windows(1, 2, 8));
      assertProblem(
          () -> unwrapped(latents),
          Status.Code.UNAVAILABLE,
          "encoder: a batch of 2 windows failed in the model");
    }
    encoder.behave();
    encodesAgain();
  }

  @Test
  void givesEveryJobOfAFailedBatchAProblemOfItsOwn() {
    restart(LONG);
    encoder.misbehave(
        windows -> {
          throw new IllegalStateException("out of memory");
        });
    try (BatchJob one = admit("a", 16);
        BatchJob two = admit("b", 16)) {
      Future<List<float[]>> first = one.submit(windows(1, 2, 8));
      Future<List<float[]>> second = two.submit(windows(3, 2, 8));

      Throwable problem = catchThrowable(() -> unwrapped(first));
      assertThat(Status.fromThrowable(problem).getCode()).isEqualTo(Status.Code.UNAVAILABLE);
      assertThat(Status.trailersFromThrowable(catchThrowable(() -> unwrapped(second))))
          .isNotNull()
          .isNotSameAs(Status.trailersFromThrowable(problem));
    }
  }

  @Test
  void handsOnTheStatusOfABatchThatFails() throws Exception {
    restart(LONG);
    encoder.misbehave(
        windows -> {
          throw Problems.dataLoss("triton response", "outputs: 0 (expected: 1)");
        });
    try (BatchJob one = admit("a", 16);
        BatchJob two = admit("b", 16)) {
      Future<List<float[]>> first = one.submit(windows(1, 2, 8));
      Future<List<float[]>> second = two.submit(windows(3, 2, 8));

      Throwable problem = catchThrowable(() -> unwrapped(first));
      assertProblem(
          () -> unwrapped(second),
          Status.Code.DATA_LOSS,
          "triton response: outputs: 0 (expected: 1)");
      assertThat(StatusProto.fromThrowable(problem))
          .isEqualTo(StatusProto.fromThrowable(catchThrowable(() -> unwrapped(second))));
      assertThat(Status.trailersFromThrowable(problem))
          .isNotNull()
          .isNotSameAs(Status.trailersFromThrowable(catchThrowable(() -> unwrapped(second))));
    }
    encoder.behave();
    restart(Duration.ZERO);
    encodesAgain();
  }

  @Test
  void interruptsAnEncoderThatWaitsWhenItStops() {
    CountDownLatch started = new CountDownLatch(1);
    encoder.misbehave(
        windows -> {
          started.countDown();
          try {
            new CountDownLatch(1).await();
          } catch (InterruptedException e) {
            throw Problems.unavailable("triton", "interrupted", Duration.ofSeconds(1));
          }
          return List.of();
        });
    BatchJob job = admit("a", 8);
    Future<List<float[]>> waiting = job.submit(windows(1, 1, 8));
    await().until(() -> started.getCount() == 0);

    batcher.close();

    assertProblem(() -> unwrapped(waiting), Status.Code.UNAVAILABLE, "triton: interrupted");
    job.close();
  }

  @Test
  void survivesAnError() throws Exception {
    encoder.misbehave(
        windows -> {
          throw new OutOfMemoryError("too much");
        });
    try (BatchJob job = admit("a", 8)) {
      Future<List<float[]>> latents = job.submit(windows(1, 1, 8));
      assertProblem(
          () -> unwrapped(latents),
          Status.Code.UNAVAILABLE,
          "encoder: a batch of 1 windows failed in the model");
    }
    encoder.behave();
    encodesAgain();
  }

  @Test
  void failsABatchWithTheWrongNumberOfAnswers() throws Exception {
    encoder.misbehave(windows -> encoder.proper(windows.subList(1, windows.size())));
    try (BatchJob job = admit("a", 24)) {
      Future<List<float[]>> latents = job.submit(windows(1, 3, 8));
      assertProblem(
          () -> unwrapped(latents),
          Status.Code.DATA_LOSS,
          "encoder's answer: 2 windows (expected: 3)");
    }
    encoder.behave();
    encodesAgain();
  }

  @Test
  void failsWhatWaitsWhenItStops() throws Exception {
    restart(LONG);
    BatchJob job = admit("a", 8);
    Future<List<float[]>> waiting = job.submit(windows(1, 1, 8));

    batcher.close();

    assertProblem(() -> unwrapped(waiting), Status.Code.UNAVAILABLE, "encoder: is stopping");
    Future<List<float[]>> later = job.submit(windows(1, 1, 8));
    assertProblem(() -> unwrapped(later), Status.Code.UNAVAILABLE, "encoder: is stopping");
    assertProblem(() -> admit("a", 1), Status.Code.UNAVAILABLE, "encoder: is stopping");
    job.close();
  }

  @Test
  void sendsOthersElsewhereAtOnceWhileItStops() {
    batcher.close();

    Throwable problem = catchThrowable(() -> admit("a", 1));

    assertThat(Problems.retryAfter((StatusRuntimeException) problem))
        .hasValueSatisfying(delay -> assertThat(delay).isLessThanOrEqualTo(Duration.ofMillis(100)));
    assertThat(admission.inUse()).isZero();
    assertThat(exits).isEmpty();
  }

  @Test
  void endsTheProcessWhenItsThreadCanNotGoOn() {
    batcher.close();
    AtomicBoolean broken = new AtomicBoolean();
    encoder.hold();
    batcher =
        Batcher.start(
            encoder,
            new BatchPolicy(32, Duration.ZERO),
            admission,
            exits::add,
            () -> {
              if (broken.get() && Thread.currentThread().getName().equals("encoder-batches")) {
                throw new OutOfMemoryError("not even for a clock");
              }
              return System.nanoTime();
            });
    try (BatchJob one = admit("a", 8);
        BatchJob two = admit("b", 8)) {
      Future<List<float[]>> running = one.submit(windows(1, 1, 8));
      await().until(() -> encoder.running() == 1);
      Future<List<float[]>> waiting = two.submit(windows(2, 1, 8));
      broken.set(true);
      encoder.releaseAll();

      assertProblem(() -> unwrapped(waiting), Status.Code.UNAVAILABLE, "encoder: is stopping");
      assertThat(running).succeedsWithin(Duration.ofSeconds(10));
      assertThat(exits)
          .containsExactly(
              "encoder: batches can't go on: java.lang.OutOfMemoryError: not even for a clock");
      assertProblem(() -> admit("a", 1), Status.Code.UNAVAILABLE, "encoder: is stopping");
    }
  }

  @Test
  void endsTheProcessWhenSomebodyElseEndsItsThread() {
    encoder.misbehave(
        windows -> {
          Thread.currentThread().interrupt();
          return encoder.proper(windows);
        });
    try (BatchJob job = admit("a", 8)) {
      assertThat(job.submit(windows(1, 1, 8))).succeedsWithin(Duration.ofSeconds(10));
    }
    await()
        .untilAsserted(
            () ->
                assertThat(exits)
                    .containsExactly("encoder: batches can't go on: its thread was interrupted"));
  }

  private void encodesAgain() throws Exception {
    try (BatchJob job = admit("a", 8)) {
      assertThat(get(job.submit(windows(7, 1, 8))).get(0)[0]).isEqualTo(7f);
    }
  }
}
