package ai.laconic.servicekit.upstream;

/**
 * What draws calls to the same replica of an upstream, see {@link Placement}.
 *
 * @param key any text that they share
 * @param room calls that a replica serves at once: one with fewer has room, whatever the others
 *     have
 */
public record Affinity(String key, int room) {
  public Affinity {
    if (key.isEmpty()) {
      throw new IllegalArgumentException("key of an affinity: empty (expected: some text)");
    }
    if (room < 1) {
      throw new IllegalArgumentException("room: " + room + " (expected: 1 or more)");
    }
  }
}
