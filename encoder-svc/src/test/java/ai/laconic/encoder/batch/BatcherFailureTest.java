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
import io.grpc.protobuf.StatusProto;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** What becomes of jobs whose batches fail, and of those that wait when it stops. */
class BatcherFailureTest extends RunningBatcher {
  @Test
  void failsTheJobsOfABatchThatFails() throws Exception {
    encoder.misbehave(
        windows -> {
          throw new IllegalStateException("out of memory");
        });
    try (BatchJob job = batcher.admit("a", 16)) {
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
    try (BatchJob one = batcher.admit("a", 16);
        BatchJob two = batcher.admit("b", 16)) {
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
    try (BatchJob one = batcher.admit("a", 16);
        BatchJob two = batcher.admit("b", 16)) {
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
    BatchJob job = batcher.admit("a", 8);
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
    try (BatchJob job = batcher.admit("a", 8)) {
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
    try (BatchJob job = batcher.admit("a", 24)) {
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
    BatchJob job = batcher.admit("a", 8);
    Future<List<float[]>> waiting = job.submit(windows(1, 1, 8));

    batcher.close();

    assertProblem(() -> unwrapped(waiting), Status.Code.UNAVAILABLE, "encoder: is stopping");
    Future<List<float[]>> later = job.submit(windows(1, 1, 8));
    assertProblem(() -> unwrapped(later), Status.Code.UNAVAILABLE, "encoder: is stopping");
    assertProblem(() -> batcher.admit("a", 1), Status.Code.UNAVAILABLE, "encoder: is stopping");
    job.close();
  }

  private void encodesAgain() throws Exception {
    try (BatchJob job = batcher.admit("a", 8)) {
      assertThat(get(job.submit(windows(7, 1, 8))).get(0)[0]).isEqualTo(7f);
    }
  }
}
