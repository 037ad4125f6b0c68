package ai.laconic.benchmarks.served;

import ai.laconic.runtime.latent.LatentBlock;
import ai.laconic.runtime.latent.LatentId;
import ai.laconic.v1.BlockPiece;
import ai.laconic.v1.FindMissingRequest;
import ai.laconic.v1.GetBlocksRequest;
import ai.laconic.v1.GetBlocksResponse;
import ai.laconic.v1.LatentCacheServiceGrpc;
import ai.laconic.v1.LatentCacheServiceGrpc.LatentCacheServiceBlockingV2Stub;
import ai.laconic.v1.PutBlocksRequest;
import ai.laconic.v1.PutBlocksResponse;
import com.google.protobuf.ByteString;
import com.google.protobuf.Duration;
import com.google.protobuf.UnsafeByteOperations;
import io.grpc.ManagedChannel;
import io.grpc.StatusException;
import io.grpc.stub.BlockingClientCall;
import java.io.IOException;
import java.util.List;

/** Puts blocks into a cache and gets them, as encoders and decoders do. */
public final class CacheClient implements AutoCloseable {
  private static final Duration TTL = Duration.newBuilder().setSeconds(600).build();
  private static final int PIECE_BYTES = 2 << 20;

  private final ManagedChannel channel;
  private final LatentCacheServiceBlockingV2Stub stub;

  private CacheClient(ManagedChannel channel) {
    this.channel = channel;
    this.stub = LatentCacheServiceGrpc.newBlockingV2Stub(channel);
  }

  /**
   * Opens a connection.
   *
   * @param cache host and port
   */
  public static CacheClient open(String cache) {
    return new CacheClient(Channels.tier(cache));
  }

  public void put(List<LatentBlock> blocks) throws IOException, InterruptedException {
    BlockingClientCall<PutBlocksRequest, PutBlocksResponse> call = stub.putBlocks();
    try {
      for (LatentBlock block : blocks) {
        put(block, call);
      }
      call.halfClose();
      PutBlocksResponse response = call.read();
      if (response == null || response.getStored() != blocks.size() || call.read() != null) {
        throw new IOException("cache: " + response + " (expected: " + blocks.size() + " stored)");
      }
    } catch (StatusException e) {
      throw new IOException("cache: " + e.getMessage(), e);
    }
  }

  private static void put(
      LatentBlock block, BlockingClientCall<PutBlocksRequest, PutBlocksResponse> call)
      throws InterruptedException, StatusException {
    ByteString bytes = UnsafeByteOperations.unsafeWrap(block.encodedBuffer());
    for (int from = 0; from < bytes.size(); from += PIECE_BYTES) {
      BlockPiece.Builder piece =
          BlockPiece.newBuilder()
              .setData(bytes.substring(from, Math.min(bytes.size(), from + PIECE_BYTES)));
      PutBlocksRequest.Builder request = PutBlocksRequest.newBuilder();
      if (from == 0) {
        piece.setLatentId(block.id().hex()).setBlockBytes(bytes.size());
        request.setTtl(TTL).setTokens(block.rows());
      }
      call.write(request.setPiece(piece).build());
    }
  }

  /** Gets them all and returns their bytes. */
  public long get(List<LatentBlock> blocks) throws IOException, InterruptedException {
    GetBlocksRequest.Builder request = GetBlocksRequest.newBuilder();
    blocks.forEach(block -> request.addLatentIds(block.id().hex()));
    BlockingClientCall<?, GetBlocksResponse> call = stub.getBlocks(request.build());
    long bytes = 0;
    try {
      for (GetBlocksResponse event = call.read(); event != null; event = call.read()) {
        if (event.hasMissing()) {
          throw new IOException("cache: " + event + " (expected: a block)");
        }
        bytes += event.getPiece().getData().size();
      }
    } catch (StatusException e) {
      throw new IOException("cache: " + e.getMessage(), e);
    }
    return bytes;
  }

  /** Asks whether they are still there, as who has them near does. */
  public void recheck(List<LatentBlock> blocks) throws IOException, InterruptedException {
    GetBlocksRequest.Builder request = GetBlocksRequest.newBuilder();
    blocks.forEach(block -> request.addHeldIds(block.id().hex()));
    try {
      GetBlocksResponse missing = stub.getBlocks(request.build()).read();
      if (missing != null) {
        throw new IOException("cache: " + missing + " (expected: none missing)");
      }
    } catch (StatusException e) {
      throw new IOException("cache: " + e.getMessage(), e);
    }
  }

  /** Asks which of them are missing. */
  public void findMissing(List<LatentId> ids) throws IOException, InterruptedException {
    FindMissingRequest.Builder request = FindMissingRequest.newBuilder().setTtl(TTL);
    ids.forEach(id -> request.addLatentIds(id.hex()));
    try {
      stub.findMissing(request.build());
    } catch (StatusException e) {
      throw new IOException("cache: " + e.getMessage(), e);
    }
  }

  @Override
  public void close() {
    channel.shutdownNow();
  }
}
