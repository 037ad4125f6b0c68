package ai.laconic.cacheclient.block;

import ai.laconic.runtime.latent.LatentId;
import ai.laconic.servicekit.error.Problems;
import ai.laconic.v1.BlockPiece;
import ai.laconic.v1.GetBlocksRequest;
import ai.laconic.v1.GetBlocksResponse;
import ai.laconic.v1.LatentCacheServiceGrpc.LatentCacheServiceBlockingV2Stub;
import io.grpc.StatusException;
import io.grpc.stub.BlockingClientCall;
import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The answer to one question for blocks: in the order asked, each in pieces or missing. */
final class BlockStream implements AutoCloseable {
  private final BlockingClientCall<?, GetBlocksResponse> call;
  private final int asked;
  private final long mostBytes;
  private int answered;

  // Read already and not taken.
  private @Nullable GetBlocksResponse next;

  private BlockStream(BlockingClientCall<?, GetBlocksResponse> call, int asked, long mostBytes) {
    this.call = call;
    this.asked = asked;
    this.mostBytes = mostBytes;
  }

  /**
   * Asks.
   *
   * @param ids blocks that are wanted, in order
   * @param held blocks that are near, and only needn't be gone
   * @param mostBytes of a block
   */
  static BlockStream open(
      LatentCacheServiceBlockingV2Stub cache,
      List<LatentId> ids,
      List<LatentId> held,
      long mostBytes) {
    GetBlocksRequest.Builder request = GetBlocksRequest.newBuilder();
    ids.forEach(id -> request.addLatentIds(id.hex()));
    held.forEach(id -> request.addHeldIds(id.hex()));
    return new BlockStream(cache.getBlocks(request.build()), ids.size(), mostBytes);
  }

  /**
   * Returns those of the blocks that are near and gone from the cache. To be called first: the
   * cache answers for them before it sends the others.
   */
  Set<LatentId> gone(Collection<LatentId> held) throws StatusException, InterruptedException {
    Set<LatentId> gone = new LinkedHashSet<>();
    for (GetBlocksResponse response = peek();
        response != null && response.hasMissing();
        response = peek()) {
      LatentId id = new LatentId(response.getMissing().getLatentId());
      if (!held.contains(id)) {
        break;
      }
      gone.add(id);
      next = null;
    }
    return gone;
  }

  private @Nullable GetBlocksResponse peek() throws StatusException, InterruptedException {
    if (next == null) {
      next = call.read();
    }
    return next;
  }

  /**
   * Returns the bytes of the next block, which must be that of {@code id}; null if it is missing.
   *
   * @throws StatusException what the cache answered
   * @throws io.grpc.StatusRuntimeException DATA_LOSS for an answer to another question
   */
  @Nullable ByteBuffer next(LatentId id) throws StatusException, InterruptedException {
    GetBlocksResponse response = read();
    answered++;
    if (response.hasMissing()) {
      if (!response.getMissing().getLatentId().equals(id.hex())) {
        throw Problems.dataLoss(
            "block " + id, "the cache has no " + response.getMissing().getLatentId());
      }
      return null;
    }
    ArrivingBlock block = new ArrivingBlock(id, piece(response), mostBytes);
    while (!block.complete()) {
      block.add(piece(read()));
    }
    return block.bytes();
  }

  /** Reads to the end of the call, where nothing may come any more. */
  void finish() throws StatusException, InterruptedException {
    if (peek() != null) {
      throw Problems.dataLoss("cache", "one block too many (expected: " + asked + ")");
    }
  }

  private GetBlocksResponse read() throws StatusException, InterruptedException {
    GetBlocksResponse response = peek();
    next = null;
    if (response == null) {
      throw Problems.dataLoss("cache", answered + " blocks (expected: " + asked + ")");
    }
    return response;
  }

  private static BlockPiece piece(GetBlocksResponse response) {
    if (!response.hasPiece()) {
      throw Problems.dataLoss("cache", "no piece of a block (expected: one)");
    }
    return response.getPiece();
  }

  @Override
  public void close() {
    // Does nothing to a call that is over.
    call.cancel("not needed any more", null);
  }
}
