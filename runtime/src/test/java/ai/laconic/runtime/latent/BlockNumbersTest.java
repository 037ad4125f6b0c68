package ai.laconic.runtime.latent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Map;
import java.util.NavigableMap;
import java.util.Random;
import java.util.TreeMap;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BlockNumbersTest {
  /** Against all finite numbers of the type, from the definition of its bits. */
  @ParameterizedTest
  @CsvSource({"FP16, 5, 10", "BF16, 8, 7"})
  void sixteenBitsRoundToTheNearestAndTiesToEven(BlockType type, int exponent, int fraction) {
    NavigableMap<Double, Integer> numbers = finiteNumbers(exponent, fraction);
    Random random = new Random(exponent);
    float[] values = new float[60_000];
    double limit = numbers.lastKey();
    for (int i = 0; i < values.length; i++) {
      values[i] =
          switch (i % 3) {
            case 0 -> anyFloat(random, limit);
            // A tie, or just beside one.
            case 1 -> Math.nextAfter((float) tie(random, numbers), random.nextInt(3) - 1);
            default -> (float) random.nextGaussian();
          };
    }
    float[] stored =
        LatentBlock.ofEmbeddings(
                LatentBlockTest.ID, LatentBlockTest.MODEL, type, values.length / 100, 100, values)
            .toFloats();
    for (int i = 0; i < values.length; i++) {
      double nearest = nearest(numbers, values[i]);
      if (stored[i] != nearest) {
        assertThat((double) stored[i]).as("%s", values[i]).isEqualTo(nearest);
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"FP16, 0x1.ffep15", "BF16, 0x1.ffp127"})
  void refusesWhatWouldRoundToInfinity(BlockType type, float overflow) {
    float largest = Math.nextDown(overflow);
    LatentBlock.ofEmbeddings(
        LatentBlockTest.ID, LatentBlockTest.MODEL, type, 1, 1, new float[] {-largest});
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                LatentBlock.ofEmbeddings(
                    LatentBlockTest.ID, LatentBlockTest.MODEL, type, 1, 1, new float[] {-overflow}))
        .withMessageContaining("values[0]: -" + overflow);
  }

  @Test
  void int8IsWithinHalfAStepOfItsRow() throws Exception {
    Random random = new Random(8);
    int rows = 200;
    int cols = 33;
    float[] values = new float[rows * cols];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (random.nextGaussian() * Math.pow(10, i / cols % 60 - 30));
    }
    LatentBlock block =
        LatentBlock.ofEmbeddings(
            LatentBlockTest.ID, LatentBlockTest.MODEL, BlockType.INT8, rows, cols, values);
    float[] stored = LatentBlock.decode(block.encoded()).toFloats();
    for (int row = 0; row < rows; row++) {
      float largest = 0;
      for (int i = row * cols; i < (row + 1) * cols; i++) {
        largest = Math.max(largest, Math.abs(values[i]));
      }
      double bound = largest / 127.0 / 2 * 1.0001;
      for (int i = row * cols; i < (row + 1) * cols; i++) {
        assertThat(Math.abs((double) stored[i] - values[i])).isLessThanOrEqualTo(bound);
      }
    }
  }

  @Test
  void int8KeepsZerosAndTheSmallestAndLargestNumbers() throws Exception {
    float[] values = {0, -0f, 0, Float.MIN_VALUE, -Float.MIN_VALUE, 0, 1.7e38f, -1.7e38f, 1};
    LatentBlock block =
        LatentBlock.ofEmbeddings(
            LatentBlockTest.ID, LatentBlockTest.MODEL, BlockType.INT8, 3, 3, values);
    float[] stored = LatentBlock.decode(block.encoded()).toFloats();
    assertThat(stored).startsWith(0, 0, 0, 0, 0, 0);
    assertThat((double) stored[6]).isCloseTo(1.7e38, Percentage.withPercentage(1e-4));
    assertThat(stored[7]).isEqualTo(-stored[6]);
  }

  private static NavigableMap<Double, Integer> finiteNumbers(int exponentBits, int fractionBits) {
    NavigableMap<Double, Integer> numbers = new TreeMap<>();
    int bias = (1 << (exponentBits - 1)) - 1;
    for (int bits = 0; bits < ((1 << exponentBits) - 1) << fractionBits; bits++) {
      int exponent = bits >> fractionBits;
      int fraction = bits & ((1 << fractionBits) - 1);
      int significand = exponent == 0 ? fraction : fraction | 1 << fractionBits;
      int scale = Math.max(exponent, 1) - bias - fractionBits;
      double value = significand * Math.pow(2, scale);
      numbers.put(value, bits);
      numbers.put(-value, bits);
    }
    return numbers;
  }

  private static double nearest(NavigableMap<Double, Integer> numbers, double value) {
    Map.Entry<Double, Integer> below = numbers.floorEntry(value);
    Map.Entry<Double, Integer> above = numbers.ceilingEntry(value);
    if (below == null || above == null) {
      return below == null ? above.getKey() : below.getKey();
    }
    int order = Double.compare(value - below.getKey(), above.getKey() - value);
    boolean lower = order < 0 || (order == 0 && below.getValue() % 2 == 0);
    return lower ? below.getKey() : above.getKey();
  }

  private static double tie(Random random, NavigableMap<Double, Integer> numbers) {
    double below = numbers.lowerKey(numbers.lastKey() * (random.nextDouble() * 2 - 1) * 0.99);
    if (random.nextBoolean()) {
      below = numbers.floorKey(random.nextGaussian() * 1e-6);
    }
    return (below + numbers.higherKey(below)) / 2;
  }

  private static float anyFloat(Random random, double limit) {
    while (true) {
      float value = Float.intBitsToFloat(random.nextInt());
      if (Math.abs(value) <= limit) {
        return value;
      }
    }
  }
}
