package ai.laconic.servicekit.admission;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;

/**
 * What one tenant holds, and its wishes in the order of their turns: first come, first served, and
 * behind them those who have waited for long. Nothing is left for these but to miss their deadlines
 * in an overload, and nothing would be done in time if they came first.
 */
final class TenantLine<W> {
  private final Deque<Wish<W>> line = new ArrayDeque<>();
  private final Deque<Wish<W>> waitedLong = new ArrayDeque<>();
  private long bytes;
  private long held;
  private long lastTurn;

  void add(Wish<W> wish) {
    line.addLast(wish);
    bytes += wish.bytes();
  }

  /** Returns the wish whose turn it is. */
  Wish<W> first() {
    return line.isEmpty() ? waitedLong.getFirst() : line.getFirst();
  }

  /** Takes the first out: it has what it wished for. */
  Wish<W> admit(long turn) {
    Wish<W> admitted = removed((line.isEmpty() ? waitedLong : line).removeFirst());
    held += admitted.units();
    lastTurn = turn;
    return admitted;
  }

  void release(long units) {
    held -= units;
  }

  /** Takes out the wish of {@code waiter}; empty if it has none here. */
  Optional<Wish<W>> remove(W waiter) {
    for (Deque<Wish<W>> each : List.of(line, waitedLong)) {
      for (Iterator<Wish<W>> wishes = each.iterator(); wishes.hasNext(); ) {
        Wish<W> wish = wishes.next();
        if (wish.waiter().equals(waiter)) {
          wishes.remove();
          return Optional.of(removed(wish));
        }
      }
    }
    return Optional.empty();
  }

  /** Takes out the one that waited longest of those that waited for long, or else the newest. */
  Wish<W> removeLeastHopeful() {
    return removed(waitedLong.isEmpty() ? line.removeLast() : waitedLong.removeFirst());
  }

  private Wish<W> removed(Wish<W> wish) {
    bytes -= wish.bytes();
    return wish;
  }

  void setAsideWhoWaitedLong(long now) {
    while (!line.isEmpty() && line.getFirst().longAt() - now <= 0) {
      waitedLong.addLast(line.removeFirst());
    }
  }

  int waiting() {
    return line.size() + waitedLong.size();
  }

  boolean waits() {
    return waiting() > 0;
  }

  /** Returns the bytes that its wishes hold. */
  long bytes() {
    return bytes;
  }

  /** Returns the units that it holds. */
  long held() {
    return held;
  }

  /** Returns the number of its last turn; 0 if it had none. */
  long lastTurn() {
    return lastTurn;
  }
}
