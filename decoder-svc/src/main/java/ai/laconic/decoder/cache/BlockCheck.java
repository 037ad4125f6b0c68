package ai.laconic.decoder.cache;

import ai.laconic.runtime.latent.BlockKind;
import ai.laconic.runtime.latent.CorruptBlockException;
import ai.laconic.runtime.latent.LatentBlock;
import ai.laconic.runtime.latent.LatentId;
import ai.laconic.runtime.latent.LatentRef;
import ai.laconic.runtime.model.ModelFingerprint;
import ai.laconic.servicekit.error.Problems;
import java.nio.ByteBuffer;

/**
 * Checks that a block is what its reference promised.
 *
 * @param model whose latents alone the decoder reads
 * @param width numbers in one latent
 */
record BlockCheck(ModelFingerprint model, int width) {
  /**
   * Returns a block that arrived.
   *
   * @throws io.grpc.StatusRuntimeException DATA_LOSS for a broken block or another one than asked
   *     for, FAILED_PRECONDITION for another model's
   */
  LatentBlock read(LatentId asked, ByteBuffer encoded) {
    String name = "block " + asked.hex();
    LatentBlock decoded = decode(encoded, name);
    if (!decoded.id().equals(asked)) {
      throw Problems.dataLoss(name, "the cache sent what belongs to " + decoded.id());
    }
    if (!decoded.model().equals(model)) {
      throw Problems.precondition(
          name + " fingerprint", decoded.model().hex(), model.hex() + ", the model here");
    }
    expect(name, "kind", decoded.kind(), BlockKind.EMBEDS);
    return decoded;
  }

  /**
   * Checks the shape of a block.
   *
   * @throws io.grpc.StatusRuntimeException DATA_LOSS
   */
  void check(LatentBlock block, LatentRef ref) {
    String name = "block " + ref.id().hex();
    expect(name, "rows", block.rows(), ref.latents());
    expect(name, "cols", block.cols(), width);
  }

  private static LatentBlock decode(ByteBuffer encoded, String name) {
    try {
      return LatentBlock.decode(encoded);
    } catch (CorruptBlockException e) {
      throw Problems.dataLoss(name, String.valueOf(e.getMessage()));
    }
  }

  private static void expect(String name, String field, Object value, Object expected) {
    if (!value.equals(expected)) {
      throw Problems.dataLoss(name, field + ": " + value + " (expected: " + expected + ")");
    }
  }
}
