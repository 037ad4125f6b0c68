package ai.laconic.runtime.inspect;

import ai.laconic.runtime.model.ModelDirectory;

/**
 * Memory that serving takes on a CPU, without the heap and without what a run needs in passing.
 *
 * @param slots generations at once
 * @param positions of each
 * @param encoderBytes of the encoder and the adapter, loaded
 * @param decoderBytes of the decoder, loaded
 * @param kvBytes of the decoder's key/value cache
 * @param mappedBytes of embeddings in the page cache, which the system takes back when it needs to
 */
public record MemoryNeed(
    int slots,
    int positions,
    long encoderBytes,
    long decoderBytes,
    long kvBytes,
    long mappedBytes) {
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
        // A slot has one position more than may be used.
        model.decoderKvBytesPerToken() * slots * (positions + 1L),
        encoder.mappedBytes() + decoder.mappedBytes());
  }

  /** Returns everything but the page cache. */
  public long residentBytes() {
    return encoderBytes + decoderBytes + kvBytes;
  }
}
