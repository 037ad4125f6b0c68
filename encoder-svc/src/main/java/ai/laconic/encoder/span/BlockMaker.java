package ai.laconic.encoder.span;

import ai.laconic.cacheclient.block.BlockCache;
import ai.laconic.cacheclient.block.MadeBlock;
import ai.laconic.runtime.latent.LatentBlock;
import ai.laconic.runtime.latent.LatentId;
import ai.laconic.runtime.latent.SharingDomain;
import ai.laconic.runtime.window.Window;
import ai.laconic.servicekit.error.Problems;
import ai.laconic.v1.Sharing;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Makes blocks of latents and stores them.
 *
 * @param model whose latents they are
 * @param cache where they are kept
 */
record BlockMaker(EncoderModel model, BlockCache cache) {
  /**
   * Stores the blocks of a chunk; all of them are there when it returns.
   *
   * @param latents of each window
   */
  void store(Chunk chunk, List<float[]> latents, SpanRequest request) throws InterruptedException {
    // All blocks are made, and so checked, before the first is sent.
    List<MadeBlock> blocks = new ArrayList<>(chunk.windows().size());
    for (int i = 0; i < chunk.windows().size(); i++) {
      Map.Entry<LatentId, Window> window = chunk.windows().get(i);
      LatentBlock block = block(window.getKey(), window.getValue(), latents.get(i));
      blocks.add(new MadeBlock(block, window.getValue().length()));
    }
    Sharing sharing =
        request.sharing().equals(SharingDomain.PUBLIC)
            ? Sharing.SHARING_PUBLIC
            : Sharing.SHARING_PRIVATE;
    cache.put(blocks, sharing, request.ttl());
  }

  private LatentBlock block(LatentId id, Window window, float[] latents) {
    int rows = model.ratio().latentsFor(window.length());
    try {
      return LatentBlock.ofEmbeddings(
          id, model.fingerprint(), model.blockType(), rows, model.latentWidth(), latents);
    } catch (IllegalArgumentException e) {
      throw Problems.dataLoss(
          "latents of a window of " + window.length() + " tokens", String.valueOf(e.getMessage()));
    }
  }
}
