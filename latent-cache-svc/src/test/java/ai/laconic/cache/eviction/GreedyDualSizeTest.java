package ai.laconic.cache.eviction;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class GreedyDualSizeTest {
  private final GreedyDualSize<String> values = new GreedyDualSize<>();

  @Test
  void whatIsCheapForItsBytesGoesFirst() {
    values.put("costly", 100, 1000);
    values.put("large", 1000, 1000);
    values.put("cheap", 100, 10);

    assertThat(evictAll()).containsExactly("cheap", "large", "costly");
  }

  @Test
  void ofTwoThatAreWorthTheSameTheOneUnusedForLongerGoes() {
    values.put("a", 10, 10);
    values.put("b", 10, 10);
    values.put("c", 10, 10);
    values.use("a");

    assertThat(evictAll()).containsExactly("b", "c", "a");
  }

  @Test
  void whatNobodyUsesIsOvertakenHoweverCostly() {
    values.put("costly", 10, 30);
    int evictions = 0;
    for (Optional<String> evicted = Optional.empty(); !evicted.equals(Optional.of("costly")); ) {
      values.put("cheap" + evictions, 10, 10);
      evicted = values.evict();
      evictions++;
    }

    assertThat(evictions).isEqualTo(3);
  }

  @Test
  void useMakesAnEntryWorthAsMuchAsANewOne() {
    values.put("used", 10, 15);
    values.put("first", 10, 10);
    values.put("second", 10, 20);
    assertThat(values.evict()).contains("first");
    values.use("used");

    assertThat(evictAll()).containsExactly("second", "used");
  }

  @Test
  void bytesAreThoseOfTheEntriesThatAreHere() {
    values.put("a", 10, 1);
    values.put("b", 20, 1);
    values.put("a", 5, 1);
    values.use("a");
    values.use("unknown");
    assertThat(values.bytes()).isEqualTo(25);

    values.remove("a");
    values.remove("unknown");
    assertThat(values.bytes()).isEqualTo(20);
    assertThat(values.evict()).contains("b");
    assertThat(values.bytes()).isZero();
    assertThat(values.evict()).isEmpty();
  }

  @Test
  void entriesThatAreRestoredKeepTheirOrderAndTheirAge() {
    GreedyDualSize<Integer> before = new GreedyDualSize<>();
    Map<Integer, long[]> entries = new HashMap<>();
    Map<Integer, Double> usedAt = new HashMap<>();
    Random random = new Random(7);
    for (int step = 0; step < 5000; step++) {
      int key = random.nextInt(200);
      // More come than go, so that many are there at the end.
      switch (random.nextInt(4)) {
        case 0, 1 -> {
          entries.put(key, new long[] {1 + random.nextInt(1000), random.nextInt(1000)});
          before.put(key, entries.get(key)[0], entries.get(key)[1]);
          usedAt.put(key, before.age());
        }
        case 2 -> {
          before.use(key);
          usedAt.computeIfPresent(key, (used, age) -> before.age());
        }
        default ->
            before
                .evict()
                .ifPresent(
                    evicted -> {
                      entries.remove(evicted);
                      usedAt.remove(evicted);
                    });
      }
    }
    before.put(1000, 10, 10);
    entries.put(1000, new long[] {10, 10});
    usedAt.put(1000, before.age());

    GreedyDualSize<Integer> after = new GreedyDualSize<>();
    entries.forEach(
        (key, entry) ->
            after.put(key, entry[0], entry[1], Objects.requireNonNull(usedAt.get(key))));

    assertThat(entries).hasSizeGreaterThan(20);
    assertThat(after.bytes()).isEqualTo(before.bytes());
    assertThat(after.age()).isEqualTo(before.age());
    before.put(2000, 10, 5);
    after.put(2000, 10, 5);
    for (Optional<Integer> next = before.evict(); next.isPresent(); next = before.evict()) {
      assertThat(after.evict()).isPresent();
      assertThat(after.age()).isEqualTo(before.age());
    }
  }

  @Test
  void impossibleEntriesAreRefused() {
    assertThatThrownBy(() -> values.put("a", 0, 1)).hasMessage("bytes: 0 (expected: at least 1)");
    assertThatThrownBy(() -> values.put("a", 1, -1)).hasMessage("cost: -1 (expected: 0 or more)");
    assertThatThrownBy(() -> values.put("a", 1, 1, Double.NaN))
        .hasMessage("usedAt: NaN (expected: 0 or more)");
  }

  private List<String> evictAll() {
    List<String> evicted = new ArrayList<>();
    for (Optional<String> next = values.evict(); next.isPresent(); next = values.evict()) {
      evicted.add(next.get());
    }
    return evicted;
  }
}
