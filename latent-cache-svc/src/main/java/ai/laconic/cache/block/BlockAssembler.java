package ai.laconic.cache.block;

import ai.laconic.runtime.latent.CorruptBlockException;
import ai.laconic.runtime.latent.LatentBlock;
import ai.laconic.runtime.latent.LatentId;
import ai.laconic.servicekit.error.Problems;
import ai.laconic.v1.BlockPiece;
import ai.laconic.v1.PutBlocksRequest;
import com.google.protobuf.ByteString;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Puts the pieces of blocks together and checks every block that is whole. */
final class BlockAssembler {
  /** The contract's limit; its rules would copy every piece to find it kept. */
  private static final int MAX_PIECE_BYTES = 4 << 20;

  private final int maxBytes;
  private @Nullable PutBlocksRequest first;
  private int size;
  private byte[] bytes = {};
  private int filled;

  /**
   * @param maxBytes most bytes of a block
   */
  BlockAssembler(int maxBytes) {
    this.maxBytes = maxBytes;
  }

  /**
   * A block that is whole and checked.
   *
   * @param first the message that began it
   */
  record Whole(LatentId id, byte[] bytes, PutBlocksRequest first) {}

  /** Takes the next piece. Returns the block that it completes. */
  Optional<Whole> add(PutBlocksRequest request) {
    BlockPiece piece = request.getPiece();
    if (first == null) {
      begin(request);
    } else if (!piece.getLatentId().isEmpty()) {
      throw Problems.invalid(
          "piece.latent_id",
          piece.getLatentId(),
          "none, as " + (size - filled) + " bytes of the block before are to come");
    }
    ByteString data = piece.getData();
    if (data.isEmpty() || data.size() > MAX_PIECE_BYTES) {
      throw Problems.invalid("piece.data", data.size() + " bytes", "1 to " + MAX_PIECE_BYTES);
    }
    if (data.size() > size - filled) {
      throw Problems.invalid(
          "piece.data",
          filled + data.size() + " bytes of a block",
          size + ", as its first piece says");
    }
    take(data);
    return filled == size ? Optional.of(end()) : Optional.empty();
  }

  private void begin(PutBlocksRequest request) {
    BlockPiece piece = request.getPiece();
    if (piece.getLatentId().isEmpty()) {
      throw Problems.invalid("piece.latent_id", "missing", "an ID in the first piece of a block");
    }
    if (!request.hasTtl()) {
      throw Problems.invalid("ttl", "missing", "a time in the first piece of a block");
    }
    size = piece.getBlockBytes();
    if (size < 1 || size > maxBytes) {
      throw Problems.invalid(
          "piece.block_bytes", Integer.toUnsignedString(size), "1 to " + maxBytes);
    }
    first = request;
    filled = 0;
  }

  private void take(ByteString data) {
    if (data.size() == size) {
      bytes = ParsedBytes.array(data);
    } else {
      if (filled == 0) {
        bytes = new byte[size];
      }
      data.copyTo(bytes, filled);
    }
    filled += data.size();
  }

  private Whole end() {
    PutBlocksRequest begun = java.util.Objects.requireNonNull(first);
    LatentId id = new LatentId(begun.getPiece().getLatentId());
    Whole whole = new Whole(id, bytes, begun);
    first = null;
    bytes = new byte[0];
    check(id, whole.bytes());
    return whole;
  }

  private static void check(LatentId id, byte[] bytes) {
    LatentBlock block;
    try {
      block = LatentBlock.decode(bytes);
    } catch (CorruptBlockException e) {
      throw Problems.dataLoss("latent block " + id, String.valueOf(e.getMessage()));
    }
    if (!block.id().equals(id)) {
      throw Problems.dataLoss("latent block " + id, "it is the block " + block.id());
    }
  }

  /** Checks that no block was left unfinished. */
  void finish() {
    if (first != null) {
      throw Problems.invalid(
          "piece", filled + " bytes of a block", size + ", as its first piece says");
    }
  }
}
