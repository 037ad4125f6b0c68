package ai.laconic.runtime.inspect;

import ai.laconic.runtime.model.ModelDirectory;

/**
 * Memory that serving takes on a CPU, without the heap and without what a run needs in passing.
 *
 * @param slots generations at once
 * @param positions of each
 * @param encoderBytes of the encoder and the adapter, loaded
 * @param decoderBytes of the decoder, loaded
 * @param kvBytes of the decoder's keys and values: addresses from the start, memory as prompts fill
 *     them, so this at most
 * @param mappedBytes of embeddings in the page cache, which the system takes back when it needs to
 */
public record MemoryNeed(
    int slots,
    int positions,
    long encoderBytes,
    long decoderBytes,
    long kvBytes,
    long mappedBytes) {
  /**
   * Computes it from the headers of the weights.
   *
   * @param slots generations at once
   * @param positions of each
   */
  public static MemoryNeed of(ModelDirectory model, int slots, int positions) {
    return of(
        model,
        PartFacts.encoder(model),
        PartFacts.adapter(model),
        PartFacts.decoder(model),
        slots,
        positions);
  }

  static MemoryNeed of(
      ModelDirectory model,
      PartFacts encoder,
      PartFacts adapter,
      PartFacts decoder,
      int slots,
      int positions) {
    return new MemoryNeed(
        slots,
        positions,
        encoder.loadedBytes() + adapter.loadedBytes(),
        decoder.loadedBytes(),
        model.decoderKvBytesPerToken() * slots * positions,
        encoder.mappedBytes() + decoder.mappedBytes());
  }

  /** Returns what weights take from the start. */
  public long weightBytes() {
    return encoderBytes + decoderBytes;
  }

  /** Returns everything but the page cache, once all slots are full. */
  public long mostBytes() {
    return weightBytes() + kvBytes;
  }
}
