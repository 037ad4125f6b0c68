package ai.laconic.encoder.batch;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;

/** Puts lists in one line by turns. */
final class RoundRobin {
  private RoundRobin() {}

  /** Returns the first of every list, then the second of every list, and so on. */
  static <T> List<T> interleave(Collection<? extends Collection<T>> lists) {
    List<Iterator<T>> open = new ArrayList<>();
    lists.forEach(list -> open.add(list.iterator()));
    List<T> line = new ArrayList<>();
    while (!open.isEmpty()) {
      open.removeIf(list -> !list.hasNext());
      open.forEach(list -> line.add(list.next()));
    }
    return line;
  }
}
