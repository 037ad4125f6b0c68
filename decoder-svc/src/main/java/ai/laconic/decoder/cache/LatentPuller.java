package ai.laconic.decoder.cache;

import static java.util.Objects.requireNonNull;

import ai.laconic.runtime.latent.BlockType;
import ai.laconic.runtime.latent.LatentBlock;
import ai.laconic.runtime.latent.LatentId;
import ai.laconic.runtime.latent.LatentRef;
import ai.laconic.runtime.model.ModelFingerprint;
import ai.laconic.v1.LatentCacheServiceGrpc;
import ai.laconic.v1.LatentCacheServiceGrpc.LatentCacheServiceBlockingV2Stub;
import io.grpc.Channel;
import io.grpc.StatusException;
import java.nio.ByteBuffer;
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
   * @return those that the cache doesn't have, or not as they were put; empty if all arrived
   * @throws StatusException what the cache answered, UNAVAILABLE among it
   * @throws io.grpc.StatusRuntimeException DATA_LOSS or FAILED_PRECONDITION for a block that must
   *     not be read
   */
  public List<LatentId> pull(List<LatentRef> blocks, Arrivals arrivals)
      throws StatusException, InterruptedException {
    Map<LatentId, List<Integer>> places = new LinkedHashMap<>();
    for (int i = 0; i < blocks.size(); i++) {
      places.computeIfAbsent(blocks.get(i).id(), id -> new ArrayList<>(1)).add(i);
    }
    List<LatentId> missing = new ArrayList<>();
    List<LatentId> wanted = List.copyOf(places.keySet());
    for (int from = 0; from < wanted.size(); from += BLOCKS_PER_CALL) {
      List<LatentId> some = wanted.subList(from, Math.min(from + BLOCKS_PER_CALL, wanted.size()));
      try (BlockStream stream = BlockStream.open(cache, some, most(blocks))) {
        for (LatentId id : some) {
          ByteBuffer encoded = stream.next(id);
          if (encoded == null) {
            missing.add(id);
            continue;
          }
          LatentBlock block = check.read(id, encoded);
          for (int place : requireNonNull(places.get(id))) {
            check.check(block, blocks.get(place));
            arrivals.put(place, block);
          }
        }
        stream.finish();
      }
    }
    return missing;
  }

  /** Returns the most bytes that one of these blocks has. */
  private long most(List<LatentRef> blocks) {
    int rows = blocks.stream().mapToInt(LatentRef::latents).max().orElseThrow();
    return LatentBlock.encodedBytes(BlockType.FP32, rows, width);
  }
}
