package ai.laconic.encoder.span;

import static java.util.Objects.requireNonNull;

import ai.laconic.runtime.latent.BlockType;
import ai.laconic.runtime.latent.LatentBlock;
import ai.laconic.runtime.model.CompressionRatio;
import ai.laconic.runtime.model.ModelDirectory;
import ai.laconic.runtime.model.ModelFingerprint;

/**
 * What runs here.
 *
 * @param name of the model's directory
 * @param fingerprint of the model
 * @param ratio tokens per latent
 * @param windowTokens most tokens of a window
 * @param latentWidth numbers of a latent
 * @param kvBytesPerPosition what a position takes in the decoder's key/value cache
 * @param blockType how latents are stored
 */
public record EncoderModel(
    String name,
    ModelFingerprint fingerprint,
    CompressionRatio ratio,
    int windowTokens,
    int latentWidth,
    long kvBytesPerPosition,
    BlockType blockType) {
  public EncoderModel {
    requireNonNull(name, "name");
    requireNonNull(fingerprint, "fingerprint");
    requireNonNull(ratio, "ratio");
    requireNonNull(blockType, "blockType");
    if (windowTokens < 1 || latentWidth < 1) {
      throw new IllegalArgumentException(
          "windowTokens, latentWidth: "
              + windowTokens
              + ", "
              + latentWidth
              + " (expected: 1 or more)");
    }
  }

  /** Describes a directory. Reads all of it, for the fingerprint. */
  public static EncoderModel of(ModelDirectory directory, BlockType blockType) {
    return new EncoderModel(
        directory.name(),
        directory.fingerprint(),
        directory.ratio(),
        directory.windowTokens(),
        directory.latentWidth(),
        directory.decoderKvBytesPerToken(),
        blockType);
  }

  /** Returns the bytes of a whole block. */
  int blockBytes(int latents) {
    return Math.toIntExact(LatentBlock.encodedBytes(blockType, latents, latentWidth));
  }

  /** Returns the bytes of one latent as it is stored. */
  public long latentBytes() {
    return blockType.payloadBytes(1, latentWidth);
  }
}
