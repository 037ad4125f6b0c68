package ai.laconic.encoder.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class BatchPolicyTest {
  private static final BatchPolicy POLICY = new BatchPolicy(8192, Duration.ofMillis(4));

  @Test
  void refusesBoundsThatCanNotWork() {
    assertThatThrownBy(() -> new BatchPolicy(0, Duration.ZERO))
        .hasMessage("batch.max-tokens: 0 (expected: 1 or more)");
    assertThatThrownBy(() -> new BatchPolicy(8, Duration.ofMillis(-1)))
        .hasMessage("batch.max-wait: PT-0.001S (expected: 0 or more)");
  }

  @Test
  void fillsABatchWithEqualWindows() {
    int[] lengths = new int[20];
    Arrays.fill(lengths, 1024);

    assertThat(POLICY.choose(lengths)).containsExactly(0, 1, 2, 3, 4, 5, 6, 7);
  }

  @Test
  void passesOverWindowsThatWouldMostlyBePadding() {
    assertThat(POLICY.choose(new int[] {1000, 20, 900, 30, 1024})).containsExactly(0, 2, 4);
  }

  @Test
  void keepsASmallBatchSmallWhenItIsItsTurn() {
    assertThat(POLICY.choose(new int[] {20, 1000, 25, 900, 30})).containsExactly(0, 2, 4);
  }

  @Test
  void takesTheFirstEvenIfItIsLongerThanABatch() {
    assertThat(new BatchPolicy(100, Duration.ZERO).choose(new int[] {120, 10})).containsExactly(0);
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void keepsItsPromisesForAnyLengths(long seed) {
    Random random = new Random(seed);
    int maxTokens = 1 + random.nextInt(4096);
    int[] lengths =
        random.ints(1 + random.nextInt(200), 1, 2 + random.nextInt(maxTokens)).toArray();

    int[] chosen = new BatchPolicy(maxTokens, Duration.ZERO).choose(lengths);

    assertThat(chosen).isSorted().doesNotHaveDuplicates().startsWith(0);
    int longest = Arrays.stream(chosen).map(i -> lengths[i]).max().orElseThrow();
    int tokens = Arrays.stream(chosen).map(i -> lengths[i]).sum();
    int padded = chosen.length * longest;
    assertThat(padded).isLessThanOrEqualTo(maxTokens);
    assertThat((padded - tokens) * 4).isLessThanOrEqualTo(padded);
  }

  static LongStream seeds() {
    return LongStream.range(0, 200);
  }

  @Test
  void goesAtOnceWhenABatchIsFull() {
    assertThat(POLICY.waitNanos(8192, 0)).isZero();
    assertThat(POLICY.waitNanos(100_000, 0)).isZero();
  }

  @Test
  void waitsForCompanyOtherwise() {
    assertThat(POLICY.waitNanos(8191, 0)).isEqualTo(4_000_000);
    assertThat(POLICY.waitNanos(1, 1_000_000)).isEqualTo(3_000_000);
    assertThat(POLICY.waitNanos(1, 4_000_000)).isZero();
    assertThat(POLICY.waitNanos(1, 9_000_000)).isZero();
  }
}
