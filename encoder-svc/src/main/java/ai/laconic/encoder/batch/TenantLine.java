package ai.laconic.encoder.batch;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;

/**
 * The windows of one tenant that wait, by job, each in order of turn. A job whose first window was
 * taken goes behind the tenant's other jobs.
 */
final class TenantLine {
  // Jobs without windows aren't kept.
  private final Map<BatchJob, Set<WaitingWindow>> jobs = new LinkedHashMap<>();
  private long used;
  private boolean overtaken;

  /**
   * @param used tokens that it counts as having had
   */
  TenantLine(long used) {
    this.used = used;
  }

  boolean isEmpty() {
    return jobs.isEmpty();
  }

  /** Returns the tokens that it had, or counts as having had. */
  long used() {
    return used;
  }

  void charge(long tokens, long most) {
    used = Math.min(used + tokens, most);
  }

  void add(WaitingWindow window) {
    jobs.computeIfAbsent(window.job(), job -> new LinkedHashSet<>()).add(window);
  }

  /**
   * Returns what may go into the next batch, in order of turn: everything if this tenant's turn it
   * is. Of others not more than the first if that was overtaken by their own before: else they
   * could have their share for ever without it.
   */
  List<WaitingWindow> eligible(boolean leads) {
    List<WaitingWindow> inTurn = inTurn();
    return overtaken && !leads ? inTurn.subList(0, 1) : inTurn;
  }

  /** Returns all windows in order of turn. */
  List<WaitingWindow> inTurn() {
    return RoundRobin.interleave(jobs.values());
  }

  OptionalLong oldestArrivalNanos() {
    return jobs.values().stream().mapToLong(windows -> first(windows).arrivedNanos()).min();
  }

  /** Takes out those of {@code taken} that are here, and returns their tokens. */
  long remove(Set<WaitingWindow> taken) {
    if (isEmpty()) {
      return 0;
    }
    WaitingWindow first = first(first(jobs.values()));
    long tokens = 0;
    for (BatchJob job : List.copyOf(jobs.keySet())) {
      tokens += remove(job, taken);
    }
    if (tokens > 0) {
      overtaken = !taken.contains(first);
    }
    return tokens;
  }

  private long remove(BatchJob job, Set<WaitingWindow> taken) {
    Set<WaitingWindow> windows = jobs.getOrDefault(job, Set.of());
    boolean served = taken.contains(first(windows));
    long before = tokens(windows);
    windows.removeIf(taken::contains);
    if (windows.isEmpty()) {
      jobs.remove(job);
    } else if (served) {
      jobs.remove(job);
      jobs.put(job, windows);
    }
    return before - tokens(windows);
  }

  /** Takes everything of one job out, and returns its tokens. */
  long drop(BatchJob job) {
    boolean wasFirst = !isEmpty() && first(jobs.keySet()) == job;
    Set<WaitingWindow> dropped = jobs.remove(job);
    overtaken &= !wasFirst;
    return dropped == null ? 0 : tokens(dropped);
  }

  private static long tokens(Collection<WaitingWindow> windows) {
    return windows.stream().mapToLong(WaitingWindow::tokens).sum();
  }

  private static <T> T first(Iterable<T> line) {
    return line.iterator().next();
  }
}
