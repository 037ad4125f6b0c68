package ai.laconic.runtime.session;

/** Guards the embedding tables: an id beyond them would fail deep in a run that others share. */
final class Ids {
  private Ids() {}

  static void check(int[] ids, int vocabularySize) {
    for (int id : ids) {
      if (id < 0 || id >= vocabularySize) {
        throw new IllegalArgumentException(
            "id: " + id + " (expected: 0 to " + (vocabularySize - 1) + ")");
      }
    }
  }
}
