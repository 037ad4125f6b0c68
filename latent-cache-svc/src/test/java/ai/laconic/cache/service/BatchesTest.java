package ai.laconic.cache.service;

import static org.assertj.core.api.Assertions.assertThat;

import ai.laconic.cache.service.Batches.Range;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BatchesTest {
  @Test
  void cutsByBytesAndByItems() {
    assertThat(Batches.of(new long[] {4, 4, 4, 12, 1, 1, 1}, 10, 2))
        .containsExactly(
            new Range(0, 2), new Range(2, 3), new Range(3, 4), new Range(4, 6), new Range(6, 7));
    assertThat(Batches.of(new long[0], 10, 2)).isEmpty();
  }

  @Test
  void givesTheItemsOfARange() {
    assertThat(new Range(1, 3).of(List.of("a", "b", "c", "d"))).containsExactly("b", "c");
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void coverEverythingOnceAndStayWithinTheirBounds(long seed) {
    long[] sizes = new Random(seed).longs(500, 0, 40).toArray();
    int next = 0;
    for (Range range : Batches.of(sizes, 100, 7)) {
      assertThat(range.from()).isEqualTo(next);
      long bytes = 0;
      for (int i = range.from(); i < range.to(); i++) {
        bytes += sizes[i];
      }
      assertThat(bytes).isLessThanOrEqualTo(100);
      assertThat(range.to() - range.from()).isBetween(1, 7);
      next = range.to();
    }
    assertThat(next).isEqualTo(sizes.length);
  }
}
