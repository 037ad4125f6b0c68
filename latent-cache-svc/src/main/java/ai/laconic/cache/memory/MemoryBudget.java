package ai.laconic.cache.memory;

import ai.laconic.servicekit.error.Problems;
import java.time.Duration;
import java.util.function.BooleanSupplier;

/** Counts the bytes that a store may take and took. Not for many threads at once. */
final class MemoryBudget {
  /** What maps, keys and times of one entry take, roughly: many small entries need a bound too. */
  static final int ENTRY_BYTES = 256;

  private static final Duration RETRY_AFTER = Duration.ofSeconds(30);

  private final long max;
  private long used;

  MemoryBudget(long max) {
    if (max < 1) {
      throw new IllegalArgumentException("max-size: " + max + " (expected: at least 1 byte)");
    }
    this.max = max;
  }

  /** Returns what an entry with so many bytes takes. */
  static long sizeOf(long payload) {
    return payload + ENTRY_BYTES;
  }

  /**
   * Reserves bytes for an entry.
   *
   * @param what it is, for the message
   * @param evict frees some room; false if there is nothing left to free
   * @throws io.grpc.StatusRuntimeException RESOURCE_EXHAUSTED if it does not fit
   */
  void reserve(String what, long bytes, BooleanSupplier evict) {
    if (bytes > max) {
      throw Problems.tooLarge(what, bytes + " bytes", "at most " + max + ", the whole store");
    }
    while (bytes > max - used) {
      if (!evict.getAsBoolean()) {
        throw Problems.exhausted(
            what,
            bytes + " bytes",
            "at most " + (max - used) + ", what contexts leave of " + max,
            RETRY_AFTER);
      }
    }
    used += bytes;
  }

  void release(long bytes) {
    used -= bytes;
  }

  long used() {
    return used;
  }
}
