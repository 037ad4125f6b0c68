package ai.laconic.decoder.cache;

import ai.laconic.runtime.latent.BlockType;
import ai.laconic.runtime.latent.LatentBlock;
import ai.laconic.runtime.latent.LatentId;
import ai.laconic.runtime.latent.LatentRef;
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
 * Pulls blocks from the cache. The calls end with the gRPC context that they are made in. Safe for
 * use by many threads.
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

  /** Returns the most bytes that the latents of some blocks take here: their type isn't known. */
  public long bytes(List<LatentRef> blocks) {
    long latents = blocks.stream().mapToLong(LatentRef::latents).sum();
    return BlockType.FP32.payloadBytes(latents, width);
  }

  /** Takes a block that arrived. */
  @FunctionalInterface
  public interface Arrivals {
    /**
     * Takes it.
     *
     * @param place its index among those that were asked for
     */
    void put(int place, LatentBlock block);
  }

  /**
   * Pulls blocks and hands them on one by one, as they arrive. A block that is named twice is
   * pulled once.
   *
   * @throws StatusException what the cache answered, NOT_FOUND and UNAVAILABLE among it
   * @throws io.grpc.StatusRuntimeException DATA_LOSS or FAILED_PRECONDITION for a block that must
   *     not be read
   */
  public void pull(List<LatentRef> blocks, Arrivals arrivals)
      throws StatusException, InterruptedException {
    Map<LatentId, List<Integer>> places = new LinkedHashMap<>();
    for (int i = 0; i < blocks.size(); i++) {
      places.computeIfAbsent(blocks.get(i).id(), id -> new ArrayList<>(1)).add(i);
    }
    List<List<Integer>> wanted = List.copyOf(places.values());
    for (int from = 0; from < wanted.size(); from += BLOCKS_PER_CALL) {
      List<List<Integer>> some =
          wanted.subList(from, Math.min(from + BLOCKS_PER_CALL, wanted.size()));
      pull(blocks, some, arrivals);
    }
  }

  private void pull(List<LatentRef> blocks, List<List<Integer>> wanted, Arrivals arrivals)
      throws StatusException, InterruptedException {
    GetBlocksRequest.Builder request = GetBlocksRequest.newBuilder();
    wanted.forEach(places -> request.addLatentIds(blocks.get(places.get(0)).id().hex()));
    BlockingClientCall<?, Block> call = cache.getBlocks(request.build());
    try {
      for (int i = 0; i < wanted.size(); i++) {
        Block block = call.read();
        if (block == null) {
          throw Problems.dataLoss("cache", i + " blocks (expected: " + wanted.size() + ")");
        }
        deliver(block, blocks, wanted.get(i), arrivals);
      }
      if (call.read() != null) {
        throw Problems.dataLoss("cache", "one block too many (expected: " + wanted.size() + ")");
      }
    } finally {
      // Does nothing to a call that is over.
      call.cancel("not needed any more", null);
    }
  }

  private void deliver(
      Block block, List<LatentRef> blocks, List<Integer> places, Arrivals arrivals) {
    LatentBlock read = check.read(block, blocks.get(places.get(0)).id());
    for (int place : places) {
      check.check(read, blocks.get(place));
      arrivals.put(place, read);
    }
  }
}
