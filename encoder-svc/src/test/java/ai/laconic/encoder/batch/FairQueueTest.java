package ai.laconic.encoder.batch;

import static org.assertj.core.api.Assertions.assertThat;

import ai.laconic.servicekit.tenant.TenantId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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
          new FakeEncoder(4, 1), FOUR_OF_EIGHT, Batches.room(1), unused -> {}, System::nanoTime);
  private final FairQueue queue = new FairQueue(FOUR_OF_EIGHT);

  @AfterEach
  void close() {
    batcher.close();
  }

  @Test
  void servesTenantsByTurnsWhateverTheyHaveWaiting() {
    List<WaitingWindow> huge = add(job("a"), 20, 8);
    List<WaitingWindow> small = add(job("b"), 1, 8);

    assertThat(queue.take()).containsExactly(huge.get(0), small.get(0), huge.get(1), huge.get(2));
  }

  @Test
  void servesJobsOfATenantByTurns() {
    List<WaitingWindow> first = add(job("a"), 3, 8);
    List<WaitingWindow> second = add(job("a"), 3, 8);

    assertThat(queue.take())
        .containsExactly(first.get(0), second.get(0), first.get(1), second.get(1));
  }

  @Test
  void givesWindowsThatFitNowhereTheirTurn() {
    add(job("a"), 20, 8);
    List<WaitingWindow> longer = add(job("b"), 1, 32);

    assertThat(queue.take()).hasSize(4).doesNotContainAnyElementsOf(longer);
    assertThat(queue.take()).isEqualTo(longer);
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
    assertThat(queue.take()).isEqualTo(other);
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

  @Test
  void takesTheFirstWindowOfANewTenantNextHoweverLittleItFitsTheOthers() {
    add(job("a"), 100, 8);
    queue.take();
    List<WaitingWindow> late = add(job("b"), 1, 1);

    assertThat(queue.take()).containsAll(late);
  }

  @Test
  void givesATenantWhoseWindowsGoAloneNoMoreThanItsShare() {
    // Those of a and b share batches; those of c have theirs to themselves.
    add(job("a"), 400, 8);
    add(job("b"), 400, 8);
    add(job("c"), 400, 1);

    Map<TenantId, Long> tokens = new HashMap<>();
    for (int i = 0; i < 30; i++) {
      count(queue.take(), tokens);
    }

    assertThat(tokens.get(new TenantId("c"))).isBetween(300L - 64, 300L + 64);
  }

  @Test
  void doesNotHoldLongAgainstATenantWhatNobodyElseWanted() {
    BatchJob busy = job("a");
    add(busy, 400, 8);
    for (int i = 0; i < 50; i++) {
      queue.take();
    }
    add(job("b"), 400, 8);

    Map<TenantId, Long> tokens = new HashMap<>();
    for (int i = 0; i < 10; i++) {
      count(queue.take(), tokens);
    }

    assertThat(tokens.get(busy.tenant())).isGreaterThanOrEqualTo(160 - 64);
  }

  /** Whatever the tenants' windows are like, and into however many jobs they divide them. */
  @ParameterizedTest
  @MethodSource("seeds")
  void givesTenantsThatWaitEqualShares(long seed) {
    Random random = new Random(seed);
    int tenants = 2 + random.nextInt(4);
    List<List<BatchJob>> jobs = new ArrayList<>();
    int[] shortest = random.ints(tenants, 1, 32).toArray();
    for (int t = 0; t < tenants; t++) {
      String tenant = "t" + t;
      jobs.add(IntStream.range(0, 1 + random.nextInt(4)).mapToObj(j -> job(tenant)).toList());
    }
    Map<TenantId, Long> waiting = new HashMap<>();
    Map<TenantId, Long> served = new HashMap<>();

    for (int batch = 0; batch < 200; batch++) {
      for (int t = 0; t < tenants; t++) {
        TenantId tenant = jobs.get(t).get(0).tenant();
        while (waiting.getOrDefault(tenant, 0L) < 6 * 32) {
          BatchJob job = jobs.get(t).get(random.nextInt(jobs.get(t).size()));
          int length = shortest[t] + random.nextInt(33 - shortest[t]);
          count(add(job, 1, length), waiting);
        }
      }
      List<WaitingWindow> taken = queue.take();
      count(taken, served);
      taken.forEach(
          window -> waiting.merge(window.job().tenant(), -(long) window.tokens(), Long::sum));
    }

    long total = served.values().stream().mapToLong(Long::longValue).sum();
    assertThat(served).hasSize(tenants);
    assertThat(served.values())
        .allSatisfy(
            tokens -> assertThat(tokens).isBetween(total / tenants - 96, total / tenants + 96));
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
    // Others that lead are charged an eighth of a batch at least, and ours had one more at most.
    int batchesOfATurn = 9 * (tenants - 1) + 1;

    int batches = 0;
    boolean served = false;
    while (!served) {
      served = queue.take().contains(watched);
      batches++;
      jobs.forEach(job -> add(job, random.nextInt(3), 1 + random.nextInt(8)));
      assertThat(batches).isLessThanOrEqualTo((place + 1) * jobsOfEach * batchesOfATurn);
    }
  }

  static LongStream seeds() {
    return LongStream.range(0, 100);
  }

  private static void count(List<WaitingWindow> windows, Map<TenantId, Long> tokens) {
    windows.forEach(
        window -> tokens.merge(window.job().tenant(), (long) window.tokens(), Long::sum));
  }

  private BatchJob job(String tenant) {
    return new BatchJob(batcher, new TenantId(tenant), 1, () -> {});
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
