package ai.laconic.cache.context;

import java.time.Instant;

/**
 * Where a context stands in its tenant's list: by creation, and of those made in the same
 * millisecond by ID.
 *
 * @param createdMillis since the epoch
 */
record ListPosition(long createdMillis, ContextId id) {
  private static final int DIGITS = 15;

  static ListPosition of(Instant created, ContextId id) {
    return new ListPosition(Math.max(0, created.toEpochMilli()), id);
  }

  /** Reads what {@link #toString} wrote, from the end of a key. */
  static ListPosition endOf(String key) {
    int slash = key.lastIndexOf('/');
    return new ListPosition(
        Long.parseLong(key.substring(slash - DIGITS, slash)),
        new ContextId(key.substring(slash + 1)));
  }

  /** Returns it as text that sorts as it does. */
  @Override
  public String toString() {
    return RecordKeys.millis(Instant.ofEpochMilli(createdMillis)) + "/" + id;
  }
}
