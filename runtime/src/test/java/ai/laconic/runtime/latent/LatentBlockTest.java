package ai.laconic.runtime.latent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import ai.laconic.runtime.model.ModelFingerprint;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class LatentBlockTest {
  static final ModelFingerprint MODEL =
      new ModelFingerprint("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f");
  private static final float[] VALUES = {1, -2.5f, 0.1f, 0, 65_504, -3e-5f};

  // Header and payload as another program writes them from the package's page.
  @ParameterizedTest
  @CsvSource({
    "FP32, 01, 57f23a4c, 0000803f000020c0cdcccc3d0000000000e07f4782a8fbb7",
    "FP16, 02, 0381f373, 003c00c1662e0000ff7bf781",
    "BF16, 03, 82f44700, 803f20c0cd3d00008047fcb7",
    "INT8, 04, 9141b166, 8542a13ce4f10044338105007f00",
  })
  void embeddingsLookLikeThis(BlockType type, String typeCode, String crc, String payload)
      throws Exception {
    String golden =
        "4c434c42"
            + "01"
            + "01"
            + typeCode
            + "00"
            + "02000000"
            + "03000000"
            + "000000000000000000000000"
            + crc
            + MODEL.hex()
            + payload;
    LatentBlock block = LatentBlock.ofEmbeddings(MODEL, type, 2, 3, VALUES);
    assertThat(HexFormat.of().formatHex(block.encoded())).isEqualTo(golden);

    LatentBlock decoded = LatentBlock.decode(HexFormat.of().parseHex(golden));
    assertThat(decoded).isEqualTo(block).hasSameHashCodeAs(block);
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
        "4c434c42010203000400000002000000020000000100000001000000"
            + "4a1f6044"
            + MODEL.hex()
            + "803f004040408040a040c040e0400041";
    KvShape shape = new KvShape(2, 1, 1, 2);
    float[] values = {1, 2, 3, 4, 5, 6, 7, 8};
    LatentBlock block = LatentBlock.ofKeyValues(MODEL, BlockType.BF16, shape, values);
    assertThat(HexFormat.of().formatHex(block.encoded())).isEqualTo(golden);
    LatentBlock decoded = LatentBlock.decode(HexFormat.of().parseHex(golden));
    assertThat(decoded.kind()).isEqualTo(BlockKind.KV);
    assertThat(decoded.keyValues()).contains(shape);
    assertThat(decoded.rows()).isEqualTo(4);
    assertThat(decoded.toFloats()).isEqualTo(values);
  }

  @ParameterizedTest
  @EnumSource
  void callersCannotWriteIntoABlock(BlockType type) throws Exception {
    float[] values = VALUES.clone();
    LatentBlock block = LatentBlock.ofEmbeddings(MODEL, type, 2, 3, values);
    byte[] before = block.encoded();
    float[] floats = block.toFloats();
    values[0] = 7;
    block.encoded()[70] ^= 1;
    block.toFloats()[0] = 7;
    assertThat(block.encoded()).isEqualTo(before).hasSize(block.encodedBytes());
    assertThat(block.toFloats()).isEqualTo(floats);
    assertThat(block.encodedBuffer().isReadOnly()).isTrue();
    assertThat(block.encodedBuffer()).isEqualTo(ByteBuffer.wrap(before));

    byte[] source = before.clone();
    LatentBlock decoded = LatentBlock.decode(source);
    source[70] ^= 1;
    assertThat(decoded.encoded()).isEqualTo(before);
  }

  @Test
  void decodesFromAnyBuffer() throws Exception {
    LatentBlock block = LatentBlock.ofEmbeddings(MODEL, BlockType.FP16, 2, 3, VALUES);
    ByteBuffer direct = ByteBuffer.allocateDirect(block.encodedBytes() + 5);
    direct.position(5).put(block.encodedBuffer()).position(5);
    assertThat(LatentBlock.decode(direct)).isEqualTo(block);
    assertThat(direct.hasRemaining()).isFalse();
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
          .isThrownBy(() -> LatentBlock.ofEmbeddings(MODEL, type, 1, 3, new float[] {1, bad, 2}))
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
        .isThrownBy(() -> LatentBlock.ofEmbeddings(MODEL, BlockType.FP32, rows, cols, values))
        .withMessageContaining(message);
  }
}
