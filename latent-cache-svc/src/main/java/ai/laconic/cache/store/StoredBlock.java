package ai.laconic.cache.store;

import static java.util.Objects.requireNonNull;

/**
 * A block as a store keeps it.
 *
 * @param bytes handed over: nobody writes to them afterwards
 * @param tokens source tokens that must be encoded to make it again: what its loss would cost
 */
public record StoredBlock(byte[] bytes, int tokens) {
  public StoredBlock {
    requireNonNull(bytes, "bytes");
    if (tokens < 0) {
      throw new IllegalArgumentException("tokens: " + tokens + " (expected: 0 or more)");
    }
  }
}
