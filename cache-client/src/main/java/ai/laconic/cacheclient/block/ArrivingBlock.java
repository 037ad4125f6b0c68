package ai.laconic.cacheclient.block;

import ai.laconic.runtime.latent.LatentId;
import ai.laconic.servicekit.error.Problems;
import ai.laconic.v1.BlockPiece;
import com.google.protobuf.ByteString;
import io.grpc.StatusRuntimeException;
import java.nio.ByteBuffer;

/** A block on its way, piece after piece. One that comes in one piece isn't copied. */
final class ArrivingBlock {
  private final String name;

  /** Positioned behind what is there. */
  private final ByteBuffer whole;

  /**
   * @param first its first piece
   * @param mostBytes that it may have
   * @throws StatusRuntimeException DATA_LOSS for another block, or a larger one
   */
  ArrivingBlock(LatentId asked, BlockPiece first, long mostBytes) {
    this.name = "block " + asked;
    ByteString data = first.getData();
    if (!first.getLatentId().equals(asked.hex())) {
      throw Problems.dataLoss(name, "the cache sent " + first.getLatentId() + " in its place");
    }
    long bytes = Integer.toUnsignedLong(first.getBlockBytes());
    if (bytes > mostBytes || data.size() > bytes) {
      throw Problems.dataLoss(
          name, bytes + " bytes (expected: " + data.size() + " to " + mostBytes + ")");
    }
    if (data.size() == bytes) {
      whole = data.asReadOnlyByteBuffer();
      whole.position(whole.limit());
    } else {
      whole = ByteBuffer.allocate((int) bytes);
      data.copyTo(whole);
    }
  }

  boolean complete() {
    return !whole.hasRemaining();
  }

  /**
   * Takes the next piece.
   *
   * @throws StatusRuntimeException DATA_LOSS for one that isn't this block's
   */
  void add(BlockPiece piece) {
    if (!piece.getLatentId().isEmpty() || piece.getData().size() > whole.remaining()) {
      throw Problems.dataLoss(
          name,
          "a piece of %d bytes of another block after %d of %d"
              .formatted(piece.getData().size(), whole.position(), whole.limit()));
    }
    piece.getData().copyTo(whole);
  }

  /** Returns its bytes, which nobody writes any more. */
  ByteBuffer bytes() {
    return whole.duplicate().flip();
  }
}
