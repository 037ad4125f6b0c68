package ai.laconic.encoder.span;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class SpanChunksTest {
  private static final SpanChunks CHUNKS = new SpanChunks(3, 100);

  @Test
  void splitsByWindowsAndByTokens() {
    assertThat(split(10, 10, 10, 10)).containsExactly(List.of(10, 10, 10), List.of(10));
    assertThat(split(60, 40, 1)).containsExactly(List.of(60, 40), List.of(1));
    assertThat(split(60, 41)).containsExactly(List.of(60), List.of(41));
    assertThat(split()).isEmpty();
  }

  @Test
  void givesAWindowThatIsTooLongAChunkOfItsOwn() {
    assertThat(split(10, 500, 10)).containsExactly(List.of(10), List.of(500), List.of(10));
  }

  @Test
  void knowsTheMostThatIsUnfinishedAtOnce() {
    assertThat(CHUNKS.mostOfTwo(List.of(5, 6, 7), size -> size)).isEqualTo(18);
    assertThat(CHUNKS.mostOfTwo(List.of(90, 60, 60), size -> size)).isEqualTo(200);
    assertThat(CHUNKS.mostOfTwo(List.of(150, 90, 90), size -> size)).isEqualTo(300);
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void keepsOrderAndBoundsForAnyWindows(long seed) {
    Random random = new Random(seed);
    List<Integer> windows = random.ints(random.nextInt(50), 1, 120).boxed().toList();

    List<List<Integer>> chunks = CHUNKS.split(windows, size -> size);

    assertThat(chunks.stream().flatMap(List::stream).toList()).isEqualTo(windows);
    assertThat(chunks)
        .allSatisfy(
            chunk -> {
              assertThat(chunk).isNotEmpty().hasSizeLessThanOrEqualTo(3);
              int tokens = chunk.stream().mapToInt(Integer::intValue).sum();
              assertThat(chunk.size() == 1 || tokens <= 100).isTrue();
            });
  }

  static LongStream seeds() {
    return LongStream.range(0, 50);
  }

  private static List<List<Integer>> split(Integer... tokens) {
    return CHUNKS.split(List.of(tokens), size -> size);
  }
}
