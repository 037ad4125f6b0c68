package ai.laconic.encoder.batch;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class FairQueueTest {
  private static final BatchPolicy FOUR_OF_EIGHT = new BatchPolicy(32, Duration.ZERO);

  private final Batcher batcher =
      Batcher.start(
          new FakeEncoder(4, 1), new BatchLimits(32, Duration.ZERO, 1 << 20), System::nanoTime);
  private final FairQueue queue = new FairQueue();

  @AfterEach
  void close() {
    batcher.close();
  }

  @Test
  void servesTenantsByTurnsWhateverTheyHaveWaiting() {
    List<WaitingWindow> huge = add(job("a"), 20, 8);
    List<WaitingWindow> small = add(job("b"), 1, 8);

    assertThat(queue.take(FOUR_OF_EIGHT))
        .containsExactly(huge.get(0), small.get(0), huge.get(1), huge.get(2));
  }

  @Test
  void servesJobsOfATenantByTurns() {
    List<WaitingWindow> first = add(job("a"), 3, 8);
    List<WaitingWindow> second = add(job("a"), 3, 8);

    assertThat(queue.take(FOUR_OF_EIGHT))
        .containsExactly(first.get(0), second.get(0), first.get(1), second.get(1));
  }

  @Test
  void givesWindowsThatFitNowhereTheirTurn() {
    add(job("a"), 20, 8);
    List<WaitingWindow> longer = add(job("b"), 1, 32);

    assertThat(queue.take(FOUR_OF_EIGHT)).hasSize(4).doesNotContainAnyElementsOf(longer);
    assertThat(queue.take(FOUR_OF_EIGHT)).isEqualTo(longer);
  }

  @Test
  void countsTokensAndForgetsDroppedJobs() {
    BatchJob job = job("a");
    add(job, 3, 8);
    List<WaitingWindow> other = add(job("a"), 1, 5);
    assertThat(queue.tokens()).isEqualTo(29);

    queue.drop(job);
    queue.drop(job);

    assertThat(queue.tokens()).isEqualTo(5);
    assertThat(queue.take(FOUR_OF_EIGHT)).isEqualTo(other);
    assertThat(queue.tokens()).isZero();
    assertThat(queue.oldestArrivalNanos()).isEmpty();
  }

  @Test
  void knowsTheOldestArrival() {
    Submission submission = new Submission(job("a"), 2);
    queue.add(
        List.of(
            new WaitingWindow(submission, 0, new int[3], 70),
            new WaitingWindow(submission, 1, new int[3], 80)));
    queue.add(List.of(new WaitingWindow(new Submission(job("b"), 1), 0, new int[3], 50)));

    assertThat(queue.oldestArrivalNanos()).hasValue(50);
  }

  /** Others keep the queue full of windows that go well together, none of them like ours. */
  @ParameterizedTest
  @MethodSource("seeds")
  void servesEveryWindowWithinABoundedNumberOfBatches(long seed) {
    Random random = new Random(seed);
    int tenants = 1 + random.nextInt(4);
    int jobsOfEach = 1 + random.nextInt(4);
    List<BatchJob> jobs = new ArrayList<>();
    for (int i = 0; i < tenants * jobsOfEach; i++) {
      jobs.add(job("t" + i % tenants));
    }
    jobs.forEach(job -> add(job, 1 + random.nextInt(5), 1 + random.nextInt(32)));
    // One that stands behind short ones of its own job, which may overtake it.
    BatchJob ours = jobs.get(random.nextInt(jobs.size()));
    WaitingWindow watched = add(ours, 1, 32).get(0);
    int place = 5;

    int batches = 0;
    boolean served = false;
    while (!served) {
      served = queue.take(FOUR_OF_EIGHT).contains(watched);
      batches++;
      jobs.forEach(job -> add(job, random.nextInt(3), 1 + random.nextInt(8)));
      assertThat(batches).isLessThanOrEqualTo((place + 1) * tenants * jobsOfEach);
    }
  }

  static LongStream seeds() {
    return LongStream.range(0, 100);
  }

  private BatchJob job(String tenant) {
    return batcher.admit(tenant, 1);
  }

  private List<WaitingWindow> add(BatchJob job, int count, int tokens) {
    Submission submission = new Submission(job, Math.max(1, count));
    List<WaitingWindow> windows =
        IntStream.range(0, count)
            .mapToObj(i -> new WaitingWindow(submission, i, new int[tokens], 0))
            .toList();
    queue.add(windows);
    return windows;
  }
}
