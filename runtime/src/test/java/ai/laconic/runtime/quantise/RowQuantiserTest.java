package ai.laconic.runtime.quantise;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RowQuantiserTest {
  private static final int BLOCK = 32;

  @Test
  void packsFourBitsLowOnesFirstAroundEight() {
    float[] values = new float[BLOCK];
    values[0] = -4; // the extreme: -8, stored as 0
    values[1] = 0.5f; // 1, stored as 9
    values[2] = 3.9f; // 7.8, at most 7, stored as 15
    values[31] = -0.3f; // -0.6, stored as 7

    Row row = quantise(new BlockRows(4), values);

    assertThat(row.scales).containsExactly(0.5f);
    assertThat(HexFormat.of().formatHex(row.bytes)).isEqualTo("908f" + "88".repeat(13) + "78");
  }

  @Test
  void givesFourBitsTheirLongerSideWhateverTheSignIs() {
    float[] values = new float[BLOCK];
    values[0] = 4;
    values[1] = -0.5f;

    Row row = quantise(new BlockRows(4), values);

    assertThat(row.scales).containsExactly(-0.5f);
    assertThat(HexFormat.of().formatHex(row.bytes)).isEqualTo("90" + "88".repeat(15));
  }

  @Test
  void packsEightBitsAround128() {
    float[] values = new float[2 * BLOCK];
    values[0] = 127;
    values[1] = -127;
    values[2] = 1;
    values[3] = -1.6f;
    values[BLOCK] = -254;
    values[BLOCK + 1] = 3;

    Row row = quantise(new BlockRows(8), values);

    assertThat(row.scales).containsExactly(1f, 2f);
    assertThat(HexFormat.of().formatHex(row.bytes))
        .isEqualTo("ff01817e" + "80".repeat(28) + "0182" + "80".repeat(30));
  }

  @Test
  void storesChannelsAsSignedBytes() {
    Row row = quantise(new ChannelRows(), new float[] {-254, 254, 1, 3, -5, 0});

    assertThat(row.scales).containsExactly(2f);
    // Halves go to the even neighbour.
    assertThat(row.bytes).containsExactly(-127, 127, 0, 2, -2, 0);
  }

  @ParameterizedTest
  @ValueSource(ints = {4, 8})
  void blocksOfZerosAndOfVanishingNumbersAreZeros(int bits) {
    float[] values = new float[2 * BLOCK];
    values[BLOCK + 3] = Float.MIN_VALUE;

    Row row = quantise(new BlockRows(bits), values);

    assertThat(row.bytes).containsOnly(bits == 4 ? 0x88 : 0x80);
    assertThat(quantise(new ChannelRows(), values).bytes).containsOnly(0);
  }

  @ParameterizedTest
  @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY})
  void whatIsNoNumberShowsInTheScale(float flaw) {
    float[] values = new float[BLOCK];
    values[4] = 1;
    values[5] = flaw;
    values[6] = 2;

    for (RowQuantiser quantiser :
        new RowQuantiser[] {new BlockRows(4), new BlockRows(8), new ChannelRows()}) {
      assertThat(Float.isFinite(quantise(quantiser, values).scales[0])).isFalse();
    }
  }

  @ParameterizedTest
  @CsvSource({"4, 0.11", "8, 0.007"})
  void staysCloseInBlocks(int bits, double error) {
    for (long seed = 0; seed < 50; seed++) {
      float[] values = gaussian(seed, 4 * BLOCK);
      Row row = quantise(new BlockRows(bits), values);
      float[] back = new float[values.length];
      for (int i = 0; i < back.length; i++) {
        int stored = (row.bytes[i * bits / 8] & 0xff) >> (bits == 4 ? i % 2 * 4 : 0);
        float scale = row.scales[i / BLOCK];
        back[i] = ((stored & ((1 << bits) - 1)) - (1 << (bits - 1))) * scale;
        // Half a step, and a whole one where the shorter side ends.
        assertThat(back[i]).isCloseTo(values[i], within(Math.abs(scale) * 1.001f));
      }
      assertThat(relativeError(back, values)).as("seed %d", seed).isLessThan(error);
    }
  }

  @Test
  void staysCloseInChannels() {
    for (long seed = 0; seed < 50; seed++) {
      float[] values = gaussian(seed, 257);
      Row row = quantise(new ChannelRows(), values);
      for (int i = 0; i < values.length; i++) {
        assertThat(row.bytes[i] * row.scales[0])
            .isCloseTo(values[i], within(row.scales[0] * 0.501f));
      }
    }
  }

  @Test
  void aRowDependsOnNothingBesideIt() {
    float[] values = gaussian(7, 3 * BLOCK);
    BlockRows quantiser = new BlockRows(4);
    byte[] bytes = new byte[3 * quantiser.bytes(BLOCK)];
    float[] scales = new float[3];
    for (int row : new int[] {2, 0, 1}) {
      quantiser.quantise(values, row, BLOCK, bytes, scales);
    }

    Row together = quantise(quantiser, values);
    assertThat(bytes).isEqualTo(together.bytes);
    assertThat(scales).isEqualTo(together.scales);
  }

  private static final class Row {
    final byte[] bytes;
    final float[] scales;

    Row(byte[] bytes, float[] scales) {
      this.bytes = bytes;
      this.scales = scales;
    }
  }

  private static Row quantise(RowQuantiser quantiser, float[] values) {
    Row row =
        new Row(
            new byte[quantiser.bytes(values.length)], new float[quantiser.scales(values.length)]);
    quantiser.quantise(values, 0, values.length, row.bytes, row.scales);
    return row;
  }

  private static float[] gaussian(long seed, int count) {
    Random random = new Random(seed);
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }

  private static double relativeError(float[] found, float[] expected) {
    double error = 0;
    double size = 0;
    for (int i = 0; i < found.length; i++) {
      error += Math.pow(found[i] - expected[i], 2);
      size += Math.pow(expected[i], 2);
    }
    return Math.sqrt(error / size);
  }
}
