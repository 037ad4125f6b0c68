package ai.laconic.gateway.pool;

import ai.laconic.v1.Model;
import org.jspecify.annotations.Nullable;

/**
 * What a replica of a pool's encoder or decoder last said of itself, whichever it was.
 *
 * @param model what it runs; null if none ever answered
 * @param maxPositions of a decoder
 * @param trouble why the last question got no answer; empty if it did
 */
record TierReport(@Nullable Model model, int maxPositions, String trouble) {
  static TierReport none() {
    return new TierReport(null, 0, "was not asked yet");
  }

  /** Keeps what was known: a model rarely changes while a service is away. */
  TierReport silent(String why) {
    return new TierReport(model, maxPositions, why);
  }
}
