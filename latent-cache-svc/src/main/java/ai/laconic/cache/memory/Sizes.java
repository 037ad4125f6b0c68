package ai.laconic.cache.memory;

/** What things take on the heap. */
final class Sizes {
  /** What maps, keys and times of one entry take, roughly: many small entries need a bound too. */
  static final int ENTRY_BYTES = 256;

  private Sizes() {}

  static long sizeOf(long payload) {
    return payload + ENTRY_BYTES;
  }
}
