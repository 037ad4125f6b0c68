package ai.laconic.runtime.inspect;

import static java.util.Objects.requireNonNull;

import ai.laconic.runtime.latent.BlockType;
import ai.laconic.runtime.model.ModelDirectory;
import ai.laconic.runtime.model.Pooling;
import ai.laconic.runtime.model.Qwen3Config;
import ai.laconic.runtime.verify.Verifier;

/**
 * What a directory says about its model.
 *
 * @param name the directory's name
 * @param path the directory with encoder, decoder and adapter
 * @param ratio source tokens of a latent
 * @param windowTokens tokens that the encoder reads at once
 * @param pooling what the adapter reads of a group's encoder states
 * @param latentWidth numbers in a latent
 * @param bytes size of all files
 * @param fingerprint digest of configs, tokenizers and weights
 * @param golden whether golden vectors stand beside it
 * @param quantized whether weights are stored in fewer bits than they were trained
 * @param encoderConfig shape of the encoder
 * @param decoderConfig shape of the decoder
 * @param tokenCost what a source token takes in the tiers
 * @param memory what serving takes
 */
public record ModelFacts(
    String name,
    String path,
    int ratio,
    int windowTokens,
    Pooling pooling,
    int latentWidth,
    long bytes,
    String fingerprint,
    boolean golden,
    boolean quantized,
    PartFacts encoder,
    PartFacts adapter,
    PartFacts decoder,
    Qwen3Config encoderConfig,
    Qwen3Config decoderConfig,
    TokenCost tokenCost,
    MemoryNeed memory) {
  /**
   * Bytes per source token.
   *
   * @param latentFp32 of its share of a latent in the cache, 4 bytes a number
   * @param latentFp16 2 bytes a number
   * @param latentInt8 1 byte a number, and a scale for each latent
   * @param kvUncompressed of the decoder's key/value cache where the text is read as it is: one
   *     position
   * @param kvCompressed where its latent is read
   */
  public record TokenCost(
      double latentFp32,
      double latentFp16,
      double latentInt8,
      long kvUncompressed,
      double kvCompressed) {
    static TokenCost of(ModelDirectory model) {
      double ratio = model.ratio().value();
      int width = model.latentWidth();
      long position = model.decoderKvBytesPerToken();
      return new TokenCost(
          BlockType.FP32.payloadBytes(1, width) / ratio,
          BlockType.FP16.payloadBytes(1, width) / ratio,
          BlockType.INT8.payloadBytes(1, width) / ratio,
          position,
          position / ratio);
    }
  }

  /**
   * Reads the facts. The fingerprint takes a look at every byte.
   *
   * @param slots generations at once that memory is computed for
   * @param positions of each of them
   * @throws java.io.UncheckedIOException if a file can't be read
   */
  public static ModelFacts of(ModelDirectory model, int slots, int positions) {
    requireNonNull(model, "model");
    PartFacts encoder = PartFacts.encoder(model);
    PartFacts adapter = PartFacts.adapter(model);
    PartFacts decoder = PartFacts.decoder(model);
    return new ModelFacts(
        model.name(),
        model.path().toString(),
        model.ratio().value(),
        model.windowTokens(),
        model.pooling(),
        model.latentWidth(),
        model.bytes(),
        model.fingerprint().hex(),
        Verifier.hasGolden(model),
        model.quantized(),
        encoder,
        adapter,
        decoder,
        model.encoder(),
        model.decoder(),
        TokenCost.of(model),
        MemoryNeed.of(model, encoder, adapter, decoder, slots, positions));
  }

  /** Returns the numbers in all three parts. */
  public long parameters() {
    return encoder.parameters() + adapter.parameters() + decoder.parameters();
  }
}
