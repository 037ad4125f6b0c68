package ai.laconic.gateway.context;

import ai.laconic.gateway.pool.SpanWindow;
import ai.laconic.v1.Model;
import java.util.HashSet;
import java.util.Set;

/**
 * What a context will take of its tenant's quota, as far as its text is known: the text, the blocks
 * of what is encoded, and for the rest what blocks of the same density would take. Safe for use by
 * many threads.
 */
final class QuotaEstimate {
  /** About what the manifest takes for a segment. */
  private static final int SEGMENT_BYTES = 128;

  /** Text in most languages, as tokenizers see it. */
  private static final double TEXT_BYTES_PER_TOKEN = 4;

  private final boolean keepsText;
  private final double expectedDensity;
  private final Set<String> blocks = new HashSet<>();
  private long encodedText;
  private long encodedBytes;

  /**
   * @param model encodes
   * @param keepsText whether the text is stored too
   */
  QuotaEstimate(Model model, boolean keepsText) {
    this.keepsText = keepsText;
    this.expectedDensity = model.getLatentBytes() / (model.getRatio() * TEXT_BYTES_PER_TOKEN);
  }

  /** A window's block is in the cache. A block that comes again is counted once. */
  synchronized void encoded(SpanWindow window) {
    encodedText += window.textBytes();
    encodedBytes += SEGMENT_BYTES + (blocks.add(window.latentId()) ? window.blockBytes() : 0);
  }

  /**
   * @param textBytes of the text so far, encoded or not
   */
  synchronized long bytes(long textBytes) {
    double density = encodedText == 0 ? expectedDensity : (double) encodedBytes / encodedText;
    long toCome = (long) (density * Math.max(0, textBytes - encodedText));
    return (keepsText ? textBytes : 0) + encodedBytes + toCome;
  }
}
