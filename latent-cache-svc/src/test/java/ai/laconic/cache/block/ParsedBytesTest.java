package ai.laconic.cache.block;

import static org.assertj.core.api.Assertions.assertThat;

import ai.laconic.v1.BlockPiece;
import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

class ParsedBytesTest {
  private static final byte[] BYTES = {1, 2, 3, 4, 5};

  @Test
  void whatWasParsedIsNotCopied() throws Exception {
    byte[] message =
        BlockPiece.newBuilder().setData(ByteString.copyFrom(BYTES)).build().toByteArray();
    ByteString data = BlockPiece.parseFrom(message).getData();

    byte[] array = ParsedBytes.array(data);

    assertThat(array).isEqualTo(BYTES).isSameAs(ParsedBytes.array(data));
  }

  @Test
  void whatIsPartOfSomethingElseIsCopied() {
    ByteString literal = ByteString.copyFrom(BYTES);
    ByteString buffer = UnsafeByteOperations.unsafeWrap(ByteBuffer.wrap(BYTES));
    ByteString direct = UnsafeByteOperations.unsafeWrap(ByteBuffer.allocateDirect(5).put(0, BYTES));

    assertThat(ParsedBytes.array(literal.substring(1, 3))).containsExactly(2, 3);
    assertThat(ParsedBytes.array(literal.substring(0, 3))).containsExactly(1, 2, 3);
    assertThat(ParsedBytes.array(buffer)).isEqualTo(BYTES);
    assertThat(ParsedBytes.array(direct)).isEqualTo(BYTES);
    assertThat(ParsedBytes.array(rope())).isEqualTo(rope().toByteArray());
    assertThat(ParsedBytes.array(ByteString.EMPTY)).isEmpty();
  }

  /** Large enough that it isn't copied together. */
  private static ByteString rope() {
    return ByteString.copyFrom(new byte[300]).concat(ByteString.copyFrom(BYTES));
  }
}
