package ai.laconic.decoder.cache;

import static java.util.Objects.requireNonNull;

import ai.laconic.cacheclient.block.NearBlocks;
import ai.laconic.runtime.latent.BlockType;
import ai.laconic.runtime.latent.LatentBlock;
import ai.laconic.runtime.latent.LatentId;
import ai.laconic.runtime.latent.LatentRef;
import ai.laconic.runtime.model.ModelFingerprint;
import io.grpc.StatusException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Pulls the latents of prompts. The calls end with the gRPC context that they are made in. Safe for
 * use by many threads.
 */
public final class LatentPuller {
  private final NearBlocks blocks;
  private final BlockCheck check;
  private final int width;

  /**
   * @param blocks of the cache
   * @param model whose latents alone the decoder reads
   * @param width numbers in one latent
   */
  public LatentPuller(NearBlocks blocks, ModelFingerprint model, int width) {
    this.blocks = blocks;
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
    if (places.isEmpty()) {
      return List.of();
    }
    return this.blocks.read(
        places.keySet(),
        most(blocks),
        (id, block) -> {
          for (int place : requireNonNull(places.get(id))) {
            check.check(block, blocks.get(place));
            arrivals.put(place, block);
          }
        });
  }

  /** Returns the most bytes that one of these blocks has. */
  private long most(List<LatentRef> blocks) {
    int rows = blocks.stream().mapToInt(LatentRef::latents).max().orElseThrow();
    return LatentBlock.encodedBytes(BlockType.FP32, rows, width);
  }
}
