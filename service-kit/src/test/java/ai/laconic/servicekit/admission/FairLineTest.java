package ai.laconic.servicekit.admission;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import ai.laconic.servicekit.tenant.TenantId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FairLineTest {
  private static final TenantId A = new TenantId("a");
  private static final TenantId B = new TenantId("b");
  private static final TenantId C = new TenantId("c");

  /** Nobody waits for long. */
  private static final long LONG = 1_000;

  private static final long MOST_BYTES = 1_000;

  private final FairLine<String> line = new FairLine<>(2, 2, MOST_BYTES);

  private void add(TenantId tenant, String... waiters) {
    for (String waiter : waiters) {
      line.add(tenant, new Wish<>(waiter, 1, 0, LONG));
    }
  }

  @Test
  void firstComeFirstServedWithinATenant() {
    add(A, "a1", "a2", "a3");
    assertThat(line.admit(0)).containsExactly("a1", "a2");
    line.release(A, 1, 0);
    assertThat(line.admit(0)).containsExactly("a3");
  }

  @Test
  void aTenantThatHoldsNothingComesBeforeTheBacklogOfAnother() {
    add(B, "b1", "b2", "b3", "b4", "b5");
    assertThat(line.admit(0)).containsExactly("b1", "b2");
    add(A, "a1");
    line.release(B, 1, 0);
    assertThat(line.admit(0)).containsExactly("a1");
  }

  @Test
  void takesTurnsWhereNobodyHoldsMore() {
    FairLine<String> single = new FairLine<>(1, 1, MOST_BYTES);
    for (TenantId tenant : List.of(A, B, C)) {
      for (int i = 0; i < 3; i++) {
        single.add(tenant, new Wish<>(tenant + Integer.toString(i), 1, 0, LONG));
      }
    }
    List<String> order = new ArrayList<>();
    for (int i = 0; i < 9; i++) {
      String next = single.admit(0).get(0);
      order.add(next);
      single.release(new TenantId(next.substring(0, 1)), 1, 0);
    }
    assertThat(order.subList(0, 3).stream().map(each -> each.charAt(0)).distinct()).hasSize(3);
    assertThat(order.subList(3, 6).stream().map(each -> each.charAt(0)).distinct()).hasSize(3);
  }

  @Test
  void nobodyOvertakesALargePiece() {
    line.add(A, new Wish<>("small", 1, 0, LONG));
    assertThat(line.admit(0)).containsExactly("small");
    line.add(B, new Wish<>("large", 2, 0, LONG));
    add(C, "c1");
    assertThat(line.admit(0)).isEmpty();
    line.release(A, 1, 0);
    assertThat(line.admit(0)).containsExactly("large");
    line.release(B, 2, 0);
    assertThat(line.admit(0)).containsExactly("c1");
  }

  @Test
  void keepsATenantWithinItsShareButForALargerSinglePiece() {
    FairLine<String> shared = new FairLine<>(4, 2, MOST_BYTES);
    for (int i = 0; i < 4; i++) {
      shared.add(B, new Wish<>("b" + i, 1, 0, LONG));
    }
    assertThat(shared.admit(0)).containsExactly("b0", "b1");
    shared.add(A, new Wish<>("a large one", 3, 0, LONG));
    assertThat(shared.admit(0)).isEmpty();
    shared.release(B, 1, 0);
    assertThat(shared.admit(0)).containsExactly("a large one");
  }

  @Test
  void dropsTheNewestOfTheTenantWithMost() {
    add(A, "a1", "a2");
    assertThat(line.admit(0)).hasSize(2);
    add(A, "a3");
    add(B, "b1", "b2", "b3");
    assertThat(line.dropFromTheLongest()).contains("b3");
    assertThat(line.waiting()).isEqualTo(3);
  }

  @Test
  void dropsOneOfTheTenantThatHoldsMostBytes() {
    add(A, "a1", "a2");
    assertThat(line.admit(0)).hasSize(2);
    add(A, "a3", "a4");
    line.add(B, new Wish<>("a large one", 1, 1000, LONG));
    assertThat(line.waitingBytes()).isEqualTo(1000);
    assertThat(line.dropFromTheLargest()).contains("a large one");
    assertThat(line.waitingBytes()).isZero();
  }

  @Test
  void thoseWhoAreInHoldNoMoreBytesThanTheyMay() {
    FairLine<String> wide = new FairLine<>(10, 10, 100);
    wide.add(A, new Wish<>("larger than all", 1, 150, LONG));
    wide.add(A, new Wish<>("next", 1, 60, LONG));
    wide.add(A, new Wish<>("after it", 1, 60, LONG));
    assertThat(wide.admit(0)).containsExactly("larger than all");
    wide.release(A, 1, 150);
    assertThat(wide.admit(0)).containsExactly("next");
    wide.release(A, 1, 60);
    assertThat(wide.admit(0)).containsExactly("after it");
  }

  @Test
  void whoWaitedForLongComesLast() {
    add(A, "a1", "a2");
    assertThat(line.admit(0)).hasSize(2);
    line.add(A, new Wish<>("late", 1, 0, 10));
    line.add(A, new Wish<>("later", 1, 0, 11));
    line.add(A, new Wish<>("fresh", 1, 0, 100));
    line.release(A, 1, 0);
    assertThat(line.admit(20)).containsExactly("fresh");
    line.release(A, 1, 0);
    assertThat(line.admit(20)).containsExactly("late");
    assertThat(line.remove(A, "later")).isTrue();
    assertThat(line.waiting()).isZero();
  }

  @Test
  void whoWaitedForLongIsDroppedFirst() {
    add(A, "a1", "a2");
    assertThat(line.admit(0)).hasSize(2);
    line.add(A, new Wish<>("late", 1, 0, 10));
    line.add(A, new Wish<>("fresh", 1, 0, 100));
    assertThat(line.admit(20)).isEmpty();
    assertThat(line.dropFromTheLongest()).contains("late");
    assertThat(line.dropFromTheLongest()).contains("fresh");
    assertThat(line.dropFromTheLongest()).isEmpty();
  }

  @Test
  void whoeverLeavesIsForgotten() {
    add(A, "a1", "a2", "a3");
    assertThat(line.admit(0)).hasSize(2);
    assertThat(line.remove(A, "a3")).isTrue();
    assertThat(line.remove(A, "a3")).isFalse();
    assertThat(line.remove(A, "a1")).isFalse();
    assertThat(line.waiting()).isZero();
  }

  @Test
  void nobodyGivesBackWhatItDoesNotHold() {
    assertThatIllegalStateException().isThrownBy(() -> line.release(A, 1, 0));
  }

  /** Whatever comes and goes: nothing is lost, no bound is passed, and free room is used. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void keepsItsBounds(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    List<TenantId> tenants = List.of(A, B, C);
    FairLine<Integer> any = new FairLine<>(10, 6, 100);
    Map<Integer, TenantId> waiting = new HashMap<>();
    Map<Integer, TenantId> admitted = new HashMap<>();
    for (int step = 0; step < 5_000; step++) {
      TenantId tenant = tenants.get(random.nextInt(tenants.size()));
      if (random.nextInt(3) < 2) {
        // The number of a piece tells its units and bytes.
        any.add(tenant, new Wish<>(step, units(step), bytes(step), step + random.nextInt(20)));
        waiting.put(step, tenant);
      } else if (!admitted.isEmpty()) {
        Map.Entry<Integer, TenantId> done = oneOf(admitted, random);
        any.release(done.getValue(), units(done.getKey()), bytes(done.getKey()));
        admitted.remove(done.getKey());
      }
      if (random.nextInt(10) == 0 && !waiting.isEmpty()) {
        Map.Entry<Integer, TenantId> gone = oneOf(waiting, random);
        assertThat(any.remove(gone.getValue(), gone.getKey())).isTrue();
        waiting.remove(gone.getKey());
      }
      for (int next : any.admit(step)) {
        admitted.put(next, Objects.requireNonNull(waiting.remove(next)));
      }
      assertThat(any.waiting()).isEqualTo(waiting.size());
      assertThat(any.waitingBytes())
          .isEqualTo(waiting.keySet().stream().mapToLong(FairLineTest::bytes).sum());
      long bytes = admitted.keySet().stream().mapToLong(FairLineTest::bytes).sum();
      assertThat(
              admitted.keySet().stream().filter(each -> bytes(each) > 0).count() <= 1
                  || bytes <= 100)
          .as("%s hold %s bytes", admitted, bytes)
          .isTrue();
      assertThat(any.inUse())
          .isEqualTo(admitted.keySet().stream().mapToLong(FairLineTest::units).sum())
          .isBetween(0L, 10L);
      for (TenantId each : tenants) {
        List<Integer> its =
            admitted.entrySet().stream()
                .filter(entry -> entry.getValue().equals(each))
                .map(Map.Entry::getKey)
                .toList();
        long held = its.stream().mapToLong(FairLineTest::units).sum();
        assertThat(its.size() == 1 || held <= 6).as("%s holds %s", each, its).isTrue();
      }
      assertThat(waiting.isEmpty() || !admitted.isEmpty()).as("room is used").isTrue();
    }
  }

  private static Map.Entry<Integer, TenantId> oneOf(
      Map<Integer, TenantId> pieces, SplittableRandom random) {
    return pieces.entrySet().stream()
        .sorted(Map.Entry.comparingByKey())
        .skip(random.nextInt(pieces.size()))
        .findFirst()
        .orElseThrow();
  }

  private static long bytes(int piece) {
    return piece % 3 == 0 ? 0 : piece % 131;
  }

  private static long units(int piece) {
    return 1 + piece % 7;
  }
}
