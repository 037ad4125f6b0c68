package ai.laconic.cacheclient.block;

import ai.laconic.runtime.latent.LatentId;
import java.util.List;

/**
 * What became of a wish to make the blocks that are missing. Blocks that are there are in neither
 * list.
 *
 * @param claimed missing, and the caller's to make
 * @param held missing, and claimed by somebody else
 */
public record Claims(List<LatentId> claimed, List<LatentId> held) {
  public Claims {
    claimed = List.copyOf(claimed);
    held = List.copyOf(held);
  }
}
