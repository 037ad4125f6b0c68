package ai.laconic.runtime.latent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import ai.laconic.runtime.model.ModelFingerprint;
import java.nio.BufferOverflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class LatentBlockTest {
  static final ModelFingerprint MODEL =
      new ModelFingerprint("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f");
  static final LatentId ID =
      new LatentId("a0a1a2a3a4a5a6a7a8a9aaabacadaeafb0b1b2b3b4b5b6b7b8b9babbbcbdbebf");
  private static final float[] VALUES = {1, -2.5f, 0.1f, 0, 65_504, -3e-5f};

  // Header and payload as another program writes them from the package's page.
  @ParameterizedTest
  @CsvSource({
    "FP32, 01, f18fb8f2, 0000803f000020c0cdcccc3d0000000000e07f4782a8fbb7",
    "FP16, 02, d3d5e237, 003c00c1662e0000ff7bf781",
    "BF16, 03, c879a93b, 803f20c0cd3d00008047fcb7",
    "INT8, 04, 66e5703e, 8542a13ce4f10044338105007f00",
  })
  void embeddingsLookLikeThis(BlockType type, String typeCode, String crc, String payload)
      throws Exception {
    String golden =
        "4c434c42"
            + "02"
            + "01"
            + typeCode
            + "00"
            + "02000000"
            + "03000000"
            + "000000000000000000000000"
            + crc
            + MODEL.hex()
            + ID.hex()
            + payload;
    LatentBlock block = LatentBlock.ofEmbeddings(ID, MODEL, type, 2, 3, VALUES);
    assertThat(HexFormat.of().formatHex(block.encoded())).isEqualTo(golden);

    LatentBlock decoded = LatentBlock.decode(HexFormat.of().parseHex(golden));
    assertThat(decoded).isEqualTo(block).hasSameHashCodeAs(block);
    assertThat(decoded.id()).isEqualTo(ID);
    assertThat(decoded.model()).isEqualTo(MODEL);
    assertThat(decoded.kind()).isEqualTo(BlockKind.EMBEDS);
    assertThat(decoded.type()).isEqualTo(type);
    assertThat(decoded.rows()).isEqualTo(2);
    assertThat(decoded.cols()).isEqualTo(3);
    assertThat(decoded.keyValues()).isEmpty();
    assertThat(decoded).hasToString("EMBEDS " + type + " 2 x 3 of 000102030405");
  }

  @Test
  void keysAndValuesLookLikeThis() throws Exception {
    String golden =
        "4c434c42020203000400000002000000020000000100000001000000"
            + "44f6bb0f"
            + MODEL.hex()
            + ID.hex()
            + "803f004040408040a040c040e0400041";
    KvShape shape = new KvShape(2, 1, 1, 2);
    float[] values = {1, 2, 3, 4, 5, 6, 7, 8};
    LatentBlock block = LatentBlock.ofKeyValues(ID, MODEL, BlockType.BF16, shape, values);
    assertThat(HexFormat.of().formatHex(block.encoded())).isEqualTo(golden);
    LatentBlock decoded = LatentBlock.decode(HexFormat.of().parseHex(golden));
    assertThat(decoded.kind()).isEqualTo(BlockKind.KV);
    assertThat(decoded.keyValues()).contains(shape);
    assertThat(decoded.rows()).isEqualTo(4);
    assertThat(decoded.toFloats()).isEqualTo(values);
  }

  @ParameterizedTest
  @EnumSource
  void callersCannotWriteIntoABlock(BlockType type) {
    float[] values = VALUES.clone();
    LatentBlock block = LatentBlock.ofEmbeddings(ID, MODEL, type, 2, 3, values);
    byte[] before = block.encoded();
    float[] floats = block.toFloats();
    values[0] = 7;
    block.encoded()[100] ^= 1;
    block.toFloats()[0] = 7;
    assertThat(block.encoded()).isEqualTo(before).hasSize(block.encodedBytes());
    assertThat(LatentBlock.encodedBytes(type, 2, 3)).isEqualTo(before.length);
    assertThat(block.toFloats()).isEqualTo(floats);
    assertThat(block.encodedBuffer().isReadOnly()).isTrue();
    assertThat(block.encodedBuffer()).isEqualTo(ByteBuffer.wrap(before));
  }

  @Test
  void decodesWhereTheBytesLie() throws Exception {
    LatentBlock block = LatentBlock.ofEmbeddings(ID, MODEL, BlockType.FP16, 2, 3, VALUES);
    ByteBuffer direct = ByteBuffer.allocateDirect(block.encodedBytes() + 5);
    direct.position(5).put(block.encodedBuffer()).position(5);
    LatentBlock decoded = LatentBlock.decode(direct.asReadOnlyBuffer());
    assertThat(decoded).isEqualTo(block);
    assertThat(decoded.toFloats()).isEqualTo(block.toFloats());
    LatentBlock.decode(direct);
    assertThat(direct.hasRemaining()).isFalse();

    byte[] bytes = block.encoded();
    LatentBlock kept = LatentBlock.decode(bytes);
    bytes[BlockHeader.BYTES] ^= 1;
    assertThat(kept).isNotEqualTo(block);
  }

  /** Against the numbers of the whole block, whatever lies where. */
  @ParameterizedTest
  @EnumSource
  void rowsAreThoseOfTheWhole(BlockType type) throws Exception {
    Random random = new Random(type.code());
    for (int round = 0; round < 300; round++) {
      int rows = 1 + random.nextInt(9);
      int cols = 1 + random.nextInt(40);
      float[] values = new float[rows * cols];
      for (int i = 0; i < values.length; i++) {
        values[i] = (float) random.nextGaussian();
      }
      LatentBlock made = LatentBlock.ofEmbeddings(ID, MODEL, type, rows, cols, values);
      LatentBlock block = LatentBlock.decode(made.encoded());
      int from = random.nextInt(rows + 1);
      int count = random.nextInt(rows - from + 1);
      FloatBuffer out = anyBuffer(random, count * cols + 7);

      block.readRows(from, count, out.position(3));

      float[] read = new float[count * cols];
      assertThat(out.position()).isEqualTo(3 + read.length);
      out.get(3, read);
      assertThat(read)
          .isEqualTo(Arrays.copyOfRange(made.toFloats(), from * cols, (from + count) * cols));
      if (type == BlockType.FP32) {
        assertThat(read).isEqualTo(Arrays.copyOfRange(values, from * cols, (from + count) * cols));
      }
      if (type != BlockType.INT8) {
        int rowBytes = (int) type.payloadBytes(1, cols);
        assertThat(block.storedRows(from, count))
            .isEqualTo(
                ByteBuffer.wrap(
                    block.encoded(), BlockHeader.BYTES + from * rowBytes, count * rowBytes));
      }
    }
  }

  private static FloatBuffer anyBuffer(Random random, int floats) {
    int bytes = floats * Float.BYTES;
    ByteBuffer buffer =
        random.nextBoolean() ? ByteBuffer.allocate(bytes) : ByteBuffer.allocateDirect(bytes);
    return buffer.order(ByteOrder.nativeOrder()).asFloatBuffer();
  }

  @Test
  void refusesRowsThatAreNotThere() {
    LatentBlock block = LatentBlock.ofEmbeddings(ID, MODEL, BlockType.INT8, 2, 3, VALUES);
    assertThatExceptionOfType(IndexOutOfBoundsException.class)
        .isThrownBy(() -> block.readRows(1, 2, FloatBuffer.allocate(6)));
    assertThatExceptionOfType(BufferOverflowException.class)
        .isThrownBy(() -> block.readRows(0, 2, FloatBuffer.allocate(5)));
    assertThatIllegalStateException()
        .isThrownBy(() -> block.storedRows(0, 2))
        .withMessage("type: INT8 (expected: one that stores rows whole)");
    LatentBlock halves = LatentBlock.ofEmbeddings(ID, MODEL, BlockType.FP16, 2, 3, VALUES);
    assertThatExceptionOfType(IndexOutOfBoundsException.class)
        .isThrownBy(() -> halves.storedRows(2, 1));
  }

  @Test
  void refusesSizesThatDoNotFit() {
    refuses(2, 3, new float[5], "values: 5 (expected: 2 x 3)");
    refuses(0, 3, new float[0], "rows x cols: 0 x 3 (expected: at least 1 x 1");
    refuses(3, 0, new float[0], "rows x cols: 3 x 0");
    refuses(-1, -6, new float[6], "rows x cols: -1 x -6");
    refuses(1 << 16, 1 << 16, new float[0], "and at most 67108864 numbers)");
  }

  @ParameterizedTest
  @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY})
  void refusesNumbersThatAreNotFinite(float bad) {
    for (BlockType type : BlockType.values()) {
      assertThatIllegalArgumentException()
          .isThrownBy(
              () -> LatentBlock.ofEmbeddings(ID, MODEL, type, 1, 3, new float[] {1, bad, 2}))
          .withMessageStartingWith("values[1]: " + bad + " (expected: a number, in " + type);
    }
  }

  @Test
  void refusesShapesThatAreNone() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new KvShape(1, 0, 1, 1))
        .withMessage("shape: [1, 2, 0, 1, 1] (expected: every size at least 1)");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new KvShape(Integer.MAX_VALUE, Integer.MAX_VALUE, Integer.MAX_VALUE, 1))
        .withMessageContaining("(expected: at most 2147483647 rows)");
  }

  private static void refuses(int rows, int cols, float[] values, String message) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> LatentBlock.ofEmbeddings(ID, MODEL, BlockType.FP32, rows, cols, values))
        .withMessageContaining(message);
  }
}
