package ai.laconic.decoder.cache;

import ai.laconic.decoder.prompt.BlockRef;
import ai.laconic.runtime.latent.LatentId;
import ai.laconic.runtime.model.ModelFingerprint;
import ai.laconic.servicekit.error.Problems;
import ai.laconic.v1.Block;
import ai.laconic.v1.GetBlocksRequest;
import ai.laconic.v1.LatentCacheServiceGrpc;
import ai.laconic.v1.LatentCacheServiceGrpc.LatentCacheServiceBlockingV2Stub;
import io.grpc.Channel;
import io.grpc.StatusException;
import io.grpc.stub.BlockingClientCall;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Pulls blocks from the cache into one array. The calls end with the gRPC context that they are
 * made in. Safe for use by many threads.
 */
public final class LatentPuller {
  /** Most blocks of one call: a cache looks all of them up before it sends the first. */
  private static final int BLOCKS_PER_CALL = 4096;

  private final LatentCacheServiceBlockingV2Stub cache;
  private final BlockCheck check;
  private final int width;

  /**
   * @param cache channel with deadlines
   * @param model whose latents alone the decoder reads
   * @param width numbers in one latent
   */
  public LatentPuller(Channel cache, ModelFingerprint model, int width) {
    this.cache = LatentCacheServiceGrpc.newBlockingV2Stub(cache);
    this.check = new BlockCheck(model, width);
    this.width = width;
  }

  /** Returns the bytes that {@code latents} latents take here. */
  public long bytes(int latents) {
    return (long) latents * width * Float.BYTES;
  }

  /**
   * Returns the rows of all blocks, one after the other. A block that is named twice is pulled
   * once.
   *
   * @throws StatusException what the cache answered, NOT_FOUND and UNAVAILABLE among it
   * @throws io.grpc.StatusRuntimeException DATA_LOSS or FAILED_PRECONDITION for a block that must
   *     not be read
   */
  public float[] pull(List<BlockRef> blocks) throws StatusException, InterruptedException {
    Map<LatentId, List<Place>> places = new LinkedHashMap<>();
    int row = 0;
    for (BlockRef block : blocks) {
      places.computeIfAbsent(block.id(), id -> new ArrayList<>(1)).add(new Place(block, row));
      row = Math.addExact(row, block.latents());
    }
    float[] rows = new float[Math.multiplyExact(row, width)];
    List<List<Place>> wanted = List.copyOf(places.values());
    for (int from = 0; from < wanted.size(); from += BLOCKS_PER_CALL) {
      pull(wanted.subList(from, Math.min(from + BLOCKS_PER_CALL, wanted.size())), rows);
    }
    return rows;
  }

  private void pull(List<List<Place>> wanted, float[] rows)
      throws StatusException, InterruptedException {
    GetBlocksRequest.Builder request = GetBlocksRequest.newBuilder();
    wanted.forEach(places -> request.addLatentIds(places.get(0).block().id().hex()));
    BlockingClientCall<?, Block> call = cache.getBlocks(request.build());
    try {
      for (int i = 0; i < wanted.size(); i++) {
        Block block = call.read();
        if (block == null) {
          throw Problems.dataLoss("cache", i + " blocks (expected: " + wanted.size() + ")");
        }
        place(block, wanted.get(i), rows);
      }
      if (call.read() != null) {
        throw Problems.dataLoss("cache", "one block too many (expected: " + wanted.size() + ")");
      }
    } finally {
      // Does nothing to a call that is over.
      call.cancel("not needed any more", null);
    }
  }

  private void place(Block block, List<Place> places, float[] rows) {
    for (Place place : places) {
      float[] values = check.rows(block, place.block());
      System.arraycopy(values, 0, rows, place.row() * width, values.length);
    }
  }

  /** Where a block's rows go. */
  private record Place(BlockRef block, int row) {}
}
