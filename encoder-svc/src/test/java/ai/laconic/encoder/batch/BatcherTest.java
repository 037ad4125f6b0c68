package ai.laconic.encoder.batch;

import static ai.laconic.encoder.Patience.await;
import static ai.laconic.encoder.batch.Batches.get;
import static ai.laconic.encoder.batch.Batches.windows;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.laconic.servicekit.tenant.TenantId;
import io.grpc.Context;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class BatcherTest extends RunningBatcher {
  @Test
  void encodesInTheOrderOfTheSubmission() throws Exception {
    try (BatchJob job = admit("a", 100)) {
      List<float[]> latents = get(job.submit(windows(1, 10, 8)));

      assertThat(latents)
          .extracting(row -> row[0])
          .containsExactly(1f, 2f, 3f, 4f, 5f, 6f, 7f, 8f, 9f, 10f);
      assertThat(latents).allSatisfy(row -> assertThat(row).hasSize(2));
    }
  }

  @Test
  void putsWindowsOfSeveralJobsIntoOneBatch() throws Exception {
    restart(LONG);
    try (BatchJob one = admit("a", 16);
        BatchJob two = admit("b", 16)) {
      Future<List<float[]>> first = one.submit(windows(1, 2, 8));
      assertThat(encoder.batches()).isEmpty();
      Future<List<float[]>> second = two.submit(windows(3, 2, 8));

      assertThat(get(first)).hasSize(2);
      assertThat(get(second)).hasSize(2);
      assertThat(encoder.batches()).hasSize(1);
      assertThat(encoder.batches().get(0)).hasSize(4);
    }
  }

  @Test
  void doesNotWaitLongerThanSetForABatchThatIsNotFull() throws Exception {
    restart(Duration.ofMillis(20));
    try (BatchJob job = admit("a", 8)) {
      assertThat(get(job.submit(windows(1, 1, 8)))).hasSize(1);
    }
  }

  @Test
  void doesNotLetAHugeJobStarveASmallOne() throws Exception {
    encoder.hold();
    try (BatchJob huge = admit("a", 80);
        BatchJob small = admit("b", 8)) {
      Future<List<float[]>> rest = huge.submit(windows(1, 10, 8));
      await().until(() -> encoder.running() == 1);
      Future<List<float[]>> one = small.submit(windows(50, 1, 8));

      encoder.release();
      encoder.release();

      assertThat(get(one).get(0)[0]).isEqualTo(50f);
      assertThat(rest).isNotDone();
    }
  }

  @Test
  void waitsForRoomInsteadOfRefusing() throws Exception {
    BatchJob job = admit("a", 90);
    CompletableFuture<BatchJob> next = CompletableFuture.supplyAsync(() -> admit("b", 11));
    await().until(() -> admission.waiting() == 1);

    job.close();

    next.get(1, TimeUnit.MINUTES).close();
    assertThat(admission.inUse()).isZero();
  }

  @Test
  void waitsNoLongerThanItsCaller() {
    try (BatchJob job = admit("a", 90);
        Context.CancellableContext caller =
            new TenantId("b").in(Context.current()).withCancellation()) {
      CompletableFuture<BatchJob> next =
          CompletableFuture.supplyAsync(
              () -> {
                Context before = caller.attach();
                try {
                  return batcher.admit(11);
                } catch (InterruptedException e) {
                  throw new IllegalStateException(e);
                } finally {
                  caller.detach(before);
                }
              });
      await().until(() -> admission.waiting() == 1);

      caller.cancel(null);

      assertThat(next)
          .failsWithin(Duration.ofMinutes(1))
          .withThrowableThat()
          .havingRootCause()
          .withMessageStartingWith("CANCELLED");
      assertThat(admission.waiting()).isZero();
    }
  }

  @Test
  void refusesAJobThatIsLargerThanAllRoom() {
    assertThatThrownBy(() -> admit("a", 101))
        .hasMessage("RESOURCE_EXHAUSTED: encoder tokens: 101 (expected: at most 100)");
  }

  @Test
  void refusesMoreThanWasAdmitted() throws Exception {
    encoder.hold();
    try (BatchJob job = admit("a", 16)) {
      Future<List<float[]>> first = job.submit(windows(1, 1, 8));
      assertThatThrownBy(() -> job.submit(windows(2, 2, 8)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("tokens: 24 (expected: at most the 16 that were admitted)");
      encoder.releaseAll();
      assertThat(get(first)).hasSize(1);
      assertThat(get(job.submit(windows(2, 2, 8)))).hasSize(2);
      assertThatThrownBy(() -> job.submit(List.of()))
          .hasMessage("windows: 0 (expected: at least one)");
    }
  }

  @Test
  void dropsTheWaitingWindowsOfAClosedJob() throws Exception {
    encoder.hold();
    try (BatchJob other = admit("a", 8)) {
      Future<List<float[]>> running = other.submit(windows(1, 1, 8));
      await().until(() -> encoder.running() == 1);
      BatchJob job = admit("b", 40);
      Future<List<float[]>> waiting = job.submit(windows(2, 5, 8));
      assertThat(batcher.waitingTokens()).isEqualTo(40);

      job.close();
      job.close();

      assertThat(batcher.waitingTokens()).isZero();
      assertThat(admission.inUse()).isEqualTo(8);
      assertThat(waiting).isDone();
      assertThat(job.submit(windows(2, 5, 8))).isCompletedExceptionally();
      encoder.releaseAll();
      assertThat(get(running)).hasSize(1);
      assertThat(encoder.windows()).isEqualTo(1);
    }
  }

  @Test
  void survivesAJobThatIsClosedWhileItsBatchRuns() throws Exception {
    encoder.hold();
    BatchJob job = admit("a", 8);
    Future<List<float[]>> latents = job.submit(windows(1, 1, 8));
    await().until(() -> encoder.running() == 1);

    job.close();

    assertThat(latents).isDone();
    encoder.releaseAll();
    encodesAgain();
  }

  private void encodesAgain() throws Exception {
    try (BatchJob job = admit("a", 8)) {
      assertThat(get(job.submit(windows(7, 1, 8))).get(0)[0]).isEqualTo(7f);
    }
  }
}
