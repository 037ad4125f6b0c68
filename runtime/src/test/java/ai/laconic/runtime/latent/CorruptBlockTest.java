package ai.laconic.runtime.latent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class CorruptBlockTest {
  private static final float[] VALUES = {1, 2, 3, 4, 5, 6};

  @ParameterizedTest
  @EnumSource
  void everyFlippedBitIsFound(BlockType type) {
    byte[] encoded = block(type).encoded();
    for (int bit = 0; bit < encoded.length * 8; bit++) {
      byte[] flipped = encoded.clone();
      flipped[bit / 8] ^= (byte) (1 << bit % 8);
      assertThatExceptionOfType(CorruptBlockException.class)
          .as("bit %d", bit)
          .isThrownBy(() -> LatentBlock.decode(flipped));
    }
  }

  @ParameterizedTest
  @EnumSource
  void everyOtherLengthIsFound(BlockType type) {
    byte[] encoded = block(type).encoded();
    for (int length = 0; length < encoded.length + 8; length++) {
      byte[] cut = Arrays.copyOf(encoded, length);
      if (length != encoded.length) {
        assertThatExceptionOfType(CorruptBlockException.class)
            .isThrownBy(() -> LatentBlock.decode(cut));
        if (length >= BlockHeader.BYTES) {
          seal(cut);
          assertThatExceptionOfType(CorruptBlockException.class)
              .isThrownBy(() -> LatentBlock.decode(cut))
              .withMessage("length: %d (expected: %d for 2 x 3 %s)", length, encoded.length, type);
        }
      }
    }
  }

  // Fields of a block that is sealed again, so that nothing but the field's own check finds them.
  @ParameterizedTest
  @CsvSource({
    "0, 1, 'magic: 0x424c4301 (expected: 0x424c434c)'",
    "4, 1, 'version: 0x1 (expected: 0x2)'",
    "5, 0, 'kind: 0 (expected: 1 or 2)'",
    "5, 3, 'kind: 3 (expected: 1 or 2)'",
    "5, 2, 'shape: [0, 2, 0, 0, 3] (expected: every size at least 1)'",
    "6, 0, 'type: 0 (expected: 1 to 4)'",
    "6, 5, 'type: 5 (expected: 1 to 4)'",
    "6, 2, 'length: 120 (expected: 108 for 2 x 3 FP16)'",
    "7, 1, 'reserved: 0x1 (expected: 0x0)'",
    "8, 0, 'rows x cols: 0 x 3 (expected: at least 1 x 1 and at most 67108864 numbers)'",
    "11, -1, 'rows x cols: -16777214 x 3'",
    "11, 127, 'rows x cols: 2130706434 x 3'",
    "12, 4, 'length: 120 (expected: 128 for 2 x 4 FP32)'",
    "16, 1, 'layers, kv_heads and slots: 0x1 (expected: 0x0)'",
    "24, 1, 'layers, kv_heads and slots: 0x1 (expected: 0x0)'",
  })
  void forgedFieldsAreFound(int at, int value, String message) {
    byte[] encoded = block(BlockType.FP32).encoded();
    encoded[at] = (byte) value;
    seal(encoded);
    assertThatExceptionOfType(CorruptBlockException.class)
        .isThrownBy(() -> LatentBlock.decode(encoded))
        .withMessageContaining(message);
  }

  @Test
  void forgedShapesAreFound() {
    byte[] encoded =
        LatentBlock.ofKeyValues(
                LatentBlockTest.ID,
                LatentBlockTest.MODEL,
                BlockType.FP32,
                new KvShape(1, 1, 1, 3),
                VALUES)
            .encoded();
    encoded[24] = 2;
    seal(encoded);
    assertThatExceptionOfType(CorruptBlockException.class)
        .isThrownBy(() -> LatentBlock.decode(encoded))
        .withMessage("rows: 0x2 (expected: 0x4)");
  }

  /** Each number that isn't finite, at every place, whatever stands beside it. */
  @ParameterizedTest
  @CsvSource({
    "FP32, 7fc00000", "FP32, 7f800000", "FP32, ff800000", "FP32, ff800001",
    "FP16, 7e00", "FP16, 7c00", "FP16, fc00", "FP16, fc01",
    "BF16, 7fc0", "BF16, 7f80", "BF16, ff80", "BF16, ff81",
  })
  void numbersThatAreNotFiniteAreFound(BlockType type, String bits) {
    byte[] number = HexFormat.of().parseHex(bits);
    for (int cols = 1; cols < 12; cols++) {
      float[] values = new float[cols];
      Arrays.fill(values, -65_504);
      for (int at = 0; at < cols; at++) {
        byte[] encoded =
            LatentBlock.ofEmbeddings(
                    LatentBlockTest.ID, LatentBlockTest.MODEL, type, 1, cols, values)
                .encoded();
        for (int i = 0; i < number.length; i++) {
          encoded[BlockHeader.BYTES + (at + 1) * number.length - 1 - i] = number[i];
        }
        seal(encoded);
        assertThatExceptionOfType(CorruptBlockException.class)
            .isThrownBy(() -> LatentBlock.decode(encoded))
            .withMessageMatching(
                "values\\[" + at + "]: (NaN|-?Infinity) \\(expected: a finite number\\)");
      }
    }
  }

  @ParameterizedTest
  @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY, 0x1p121f, -0x1p121f})
  void forgedScalesAreFound(float scale) {
    byte[] encoded = block(BlockType.INT8).encoded();
    ByteBuffer.wrap(encoded)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putFloat(BlockHeader.BYTES + Float.BYTES, scale);
    seal(encoded);
    assertThatExceptionOfType(CorruptBlockException.class)
        .isThrownBy(() -> LatentBlock.decode(encoded))
        .withMessage("scales[1]: " + scale + " (expected: a magnitude below 2.658456E36)");
  }

  @Test
  void everyByteTimesTheLargestScaleIsFinite() throws Exception {
    byte[] encoded = block(BlockType.INT8).encoded();
    ByteBuffer payload = ByteBuffer.wrap(encoded).order(ByteOrder.LITTLE_ENDIAN);
    payload.putFloat(BlockHeader.BYTES, Math.nextDown(0x1p121f));
    payload.put(BlockHeader.BYTES + 2 * Float.BYTES, Byte.MIN_VALUE);
    seal(encoded);
    assertThat(LatentBlock.decode(encoded).toFloats()[0]).isFinite();
  }

  @Test
  void noiseIsNoBlockAndNoOtherError() {
    Random random = new Random(11);
    byte[] valid = block(BlockType.INT8).encoded();
    for (int i = 0; i < 4_000; i++) {
      byte[] noise = new byte[random.nextInt(192)];
      random.nextBytes(noise);
      System.arraycopy(valid, 0, noise, 0, Math.min(noise.length, random.nextInt(28)));
      if (noise.length >= BlockHeader.BYTES) {
        seal(noise);
      }
      try {
        LatentBlock block = LatentBlock.decode(noise);
        assertThat(block.encoded()).isEqualTo(noise);
      } catch (CorruptBlockException expected) {
        assertThat(expected).hasMessageContaining("expected");
      }
    }
  }

  private static LatentBlock block(BlockType type) {
    return LatentBlock.ofEmbeddings(LatentBlockTest.ID, LatentBlockTest.MODEL, type, 2, 3, VALUES);
  }

  private static void seal(byte[] encoded) {
    CRC32C crc = new CRC32C();
    crc.update(encoded, 0, 28);
    crc.update(encoded, 32, encoded.length - 32);
    ByteBuffer.wrap(encoded).order(ByteOrder.LITTLE_ENDIAN).putInt(28, (int) crc.getValue());
  }
}
