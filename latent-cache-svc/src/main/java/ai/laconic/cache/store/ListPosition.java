package ai.laconic.cache.store;

import java.util.Comparator;

/**
 * Where a context stands in its tenant's list: newest first, and of those made in the same
 * millisecond the higher ID first.
 *
 * @param createdMillis since the epoch
 */
public record ListPosition(long createdMillis, ContextId id) implements Comparable<ListPosition> {
  private static final Comparator<ListPosition> OLDEST_FIRST =
      Comparator.comparingLong(ListPosition::createdMillis).thenComparing(ListPosition::id);

  @Override
  public int compareTo(ListPosition other) {
    return OLDEST_FIRST.compare(other, this);
  }
}
