package ai.laconic.encoder.batch;

import static ai.laconic.encoder.Patience.await;
import static ai.laconic.encoder.batch.Batches.get;
import static ai.laconic.encoder.batch.Batches.window;
import static ai.laconic.encoder.batch.Batches.windows;
import static org.assertj.core.api.Assertions.assertThat;

import ai.laconic.servicekit.error.Problems;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Windows that several calls want at a time. */
class JoinedWindowsTest extends RunningBatcher {
  @Test
  void encodesAWindowThatManyWantOnce() throws Exception {
    encoder.hold();
    List<BatchJob> jobs = new ArrayList<>();
    List<Future<List<float[]>>> all = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      BatchJob job = admit("tenant" + i % 2, 16);
      jobs.add(job);
      all.add(job.submit(windows(1, 2, 8)));
    }
    assertThat(batcher.waitingTokens()).isLessThanOrEqualTo(16);

    encoder.releaseAll();

    for (Future<List<float[]>> latents : all) {
      assertThat(get(latents)).extracting(row -> row[0]).containsExactly(1f, 2f);
    }
    assertThat(encoder.windows()).isEqualTo(2);
    jobs.forEach(BatchJob::close);
    nothingIsLeft();
  }

  @Test
  void joinsWhatIsBeingEncoded() throws Exception {
    encoder.hold();
    try (BatchJob one = admit("a", 8);
        BatchJob two = admit("b", 24)) {
      Future<List<float[]>> first = one.submit(windows(2, 1, 8));
      await().until(() -> encoder.running() == 1);
      Future<List<float[]>> second = two.submit(windows(1, 3, 8));
      encoder.releaseAll();

      assertThat(get(first)).extracting(row -> row[0]).containsExactly(2f);
      assertThat(get(second)).extracting(row -> row[0]).containsExactly(1f, 2f, 3f);
      assertThat(encoder.windows()).isEqualTo(3);
    }
  }

  @Test
  void encodesAgainWhatWasEncodedBefore() throws Exception {
    for (int i = 1; i <= 2; i++) {
      try (BatchJob job = admit("a", 8)) {
        assertThat(get(job.submit(windows(1, 1, 8)))).hasSize(1);
      }
      assertThat(encoder.windows()).isEqualTo(i);
    }
  }

  @Test
  void whoLeavesTakesNothingAwayFromOthers() throws Exception {
    encoder.hold();
    try (BatchJob busy = admit("c", 8);
        BatchJob stays = admit("b", 16)) {
      Future<List<float[]>> running = busy.submit(windows(50, 1, 8));
      await().until(() -> encoder.running() == 1);
      BatchJob leaves = admit("a", 24);
      Future<List<float[]>> first = leaves.submit(windows(1, 3, 8));
      Future<List<float[]>> second = stays.submit(windows(2, 2, 8));
      BatchJob joinsAndLeaves = admit("d", 8);
      Future<List<float[]>> third = joinsAndLeaves.submit(windows(1, 1, 8));

      joinsAndLeaves.close();
      leaves.close();

      assertThat(first).isDone();
      assertThat(third).isDone();
      assertThat(batcher.waitingTokens()).isEqualTo(16);
      encoder.releaseAll();
      assertThat(get(running)).hasSize(1);
      assertThat(get(second)).extracting(row -> row[0]).containsExactly(2f, 3f);
      assertThat(encoder.windows()).as("the first is wanted by nobody").isEqualTo(3);
    }
    nothingIsLeft();
  }

  @Test
  void whoLeavesWhileItIsEncodedTakesNothingAwayFromOthers() throws Exception {
    encoder.hold();
    try (BatchJob stays = admit("b", 8)) {
      BatchJob leaves = admit("a", 8);
      Future<List<float[]>> first = leaves.submit(windows(1, 1, 8));
      await().until(() -> encoder.running() == 1);
      Future<List<float[]>> second = stays.submit(windows(1, 1, 8));

      leaves.close();
      encoder.releaseAll();

      assertThat(first).isDone();
      assertThat(get(second)).hasSize(1);
      assertThat(encoder.windows()).isEqualTo(1);
    }
  }

  @Test
  void aFailureIsToldToAllThatJoined() throws Exception {
    encoder.hold();
    encoder.misbehave(
        windows -> {
          throw Problems.dataLoss("triton response", "outputs: 0 (expected: 1)");
        });
    try (BatchJob one = admit("a", 8);
        BatchJob two = admit("b", 8)) {
      Future<List<float[]>> first = one.submit(windows(1, 1, 8));
      Future<List<float[]>> second = two.submit(windows(1, 1, 8));
      encoder.releaseAll();

      for (Future<List<float[]>> latents : List.of(first, second)) {
        assertThat(latents)
            .failsWithin(Duration.ofMinutes(1))
            .withThrowableThat()
            .withMessageContaining("outputs: 0");
      }
    }
    encoder.behave();
    try (BatchJob job = admit("a", 8)) {
      assertThat(get(job.submit(windows(1, 1, 8)))).hasSize(1);
    }
  }

  @Test
  void aWindowMayStandTwiceInASubmission() throws Exception {
    try (BatchJob job = admit("a", 16)) {
      List<WindowInput> twice = List.of(window(3, 8), window(3, 8));
      assertThat(get(job.submit(twice))).extracting(row -> row[0]).containsExactly(3f, 3f);
      assertThat(encoder.windows()).isEqualTo(1);
    }
  }

  /**
   * Calls of four tenants want windows of a few, leave when they like, and some windows can't be
   * encoded: everybody who stays gets theirs or the failure that is theirs, and nothing is left.
   */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void everybodyGetsWhatIsTheirs(long seed) throws Exception {
    // A batch of one window, so that its failure is nobody else's.
    batcher.close();
    batcher =
        Batcher.start(
            encoder, new BatchPolicy(8, Duration.ZERO), admission, exits::add, System::nanoTime);
    encoder.misbehave(
        windows -> {
          if (windows.get(0)[0] % 10 == 0) {
            throw Problems.dataLoss("window", "bad (expected: good)");
          }
          return encoder.proper(windows);
        });
    ExecutorService callers = Executors.newFixedThreadPool(8);
    try {
      List<Future<Integer>> calls = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        Random random = new Random(seed * 100 + i);
        calls.add(callers.submit(() -> call(random)));
      }
      int wanted = 0;
      for (Future<Integer> call : calls) {
        wanted += call.get(5, TimeUnit.MINUTES);
      }
      assertThat(encoder.windows()).isLessThanOrEqualTo(wanted);
    } finally {
      callers.shutdownNow();
    }
    nothingIsLeft();
  }

  /** Returns how many windows it wanted. */
  private int call(Random random) throws Exception {
    int wanted = 0;
    for (int round = 0; round < 150; round++) {
      Set<Integer> ids = new HashSet<>();
      int count = 1 + random.nextInt(5);
      while (ids.size() < count) {
        ids.add(1 + random.nextInt(20));
      }
      List<Integer> order = List.copyOf(ids);
      wanted += count;
      try (BatchJob job = admit("tenant" + random.nextInt(4), 8L * count)) {
        CompletableFuture<List<float[]>> latents =
            job.submit(order.stream().map(id -> window(id, 8)).toList());
        if (random.nextInt(3) == 0) {
          continue;
        }
        if (ids.stream().anyMatch(id -> id % 10 == 0)) {
          assertThat(latents)
              .failsWithin(Duration.ofMinutes(1))
              .withThrowableThat()
              .withMessageContaining("bad (expected: good)");
        } else {
          assertThat(get(latents)).extracting(row -> (int) row[0]).containsExactlyElementsOf(order);
        }
      }
    }
    return wanted;
  }

  private void nothingIsLeft() {
    await().until(() -> encoder.running() == 0);
    await().until(() -> batcher.pendingWindows() == 0);
    assertThat(batcher.waitingTokens()).isZero();
    assertThat(admission.inUse()).isZero();
  }
}
