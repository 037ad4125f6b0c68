package ai.laconic.decoder.cache;

import ai.laconic.runtime.latent.BlockKind;
import ai.laconic.runtime.latent.LatentBlock;
import ai.laconic.runtime.latent.LatentRef;
import ai.laconic.runtime.model.ModelFingerprint;
import ai.laconic.servicekit.error.Problems;

/**
 * Checks that a block is what its reference promised.
 *
 * @param model whose latents alone the decoder reads
 * @param width numbers in one latent
 */
record BlockCheck(ModelFingerprint model, int width) {
  /**
   * Checks a block that arrived.
   *
   * @throws io.grpc.StatusRuntimeException DATA_LOSS for one of another shape, FAILED_PRECONDITION
   *     for another model's
   */
  void check(LatentBlock block, LatentRef ref) {
    String name = "block " + ref.id().hex();
    if (!block.model().equals(model)) {
      throw Problems.precondition(
          name + " fingerprint", block.model().hex(), model.hex() + ", the model here");
    }
    expect(name, "kind", block.kind(), BlockKind.EMBEDS);
    expect(name, "rows", block.rows(), ref.latents());
    expect(name, "cols", block.cols(), width);
  }

  private static void expect(String name, String field, Object value, Object expected) {
    if (!value.equals(expected)) {
      throw Problems.dataLoss(name, field + ": " + value + " (expected: " + expected + ")");
    }
  }
}
