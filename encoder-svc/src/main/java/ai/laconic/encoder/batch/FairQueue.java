package ai.laconic.encoder.batch;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;

/**
 * The windows that wait, by tenant and job, each in order of turn. Guarded by its owner's lock.
 *
 * <p>Each batch contains the first window of the first job of the first tenant. A job whose first
 * window was taken goes behind the jobs of its tenant whose wasn't, and a tenant whose first job
 * went back goes behind the other tenants alike. So the n-th window of a job is taken within
 * tenants times jobs times n batches, whatever arrives meanwhile. Windows that merely join a batch
 * cost nobody a turn.
 */
final class FairQueue {
  // Neither jobs nor tenants without windows are kept.
  private final Map<String, Map<BatchJob, Set<WaitingWindow>>> tenants = new LinkedHashMap<>();
  private long tokens;

  /** Adds windows behind those that their job already has here. */
  void add(List<WaitingWindow> windows) {
    for (WaitingWindow window : windows) {
      tenants
          .computeIfAbsent(window.job().tenant(), tenant -> new LinkedHashMap<>())
          .computeIfAbsent(window.job(), job -> new LinkedHashSet<>())
          .add(window);
      tokens += window.tokens();
    }
  }

  /** Returns the tokens of all windows here. */
  long tokens() {
    return tokens;
  }

  /** Returns when the window arrived that is here longest; empty if none is. */
  OptionalLong oldestArrivalNanos() {
    return tenants.values().stream()
        .flatMap(jobs -> jobs.values().stream())
        .mapToLong(windows -> first(windows).arrivedNanos())
        .min();
  }

  /** Takes the next batch out. */
  List<WaitingWindow> take(BatchPolicy policy) {
    List<WaitingWindow> inTurn = inTurn();
    int[] lengths = inTurn.stream().mapToInt(WaitingWindow::tokens).toArray();
    List<WaitingWindow> batch = new ArrayList<>();
    for (int position : policy.choose(lengths)) {
      batch.add(inTurn.get(position));
    }
    Set<WaitingWindow> taken = new HashSet<>(batch);
    tokens -= batch.stream().mapToLong(WaitingWindow::tokens).sum();
    for (String tenant : List.copyOf(tenants.keySet())) {
      remove(tenant, taken);
    }
    return batch;
  }

  private void remove(String tenant, Set<WaitingWindow> taken) {
    Map<BatchJob, Set<WaitingWindow>> jobs = tenants.getOrDefault(tenant, Map.of());
    boolean served = taken.contains(first(first(jobs.values())));
    for (BatchJob job : List.copyOf(jobs.keySet())) {
      remove(job, jobs, taken);
    }
    if (jobs.isEmpty()) {
      tenants.remove(tenant);
    } else if (served) {
      moveBack(tenants, tenant, jobs);
    }
  }

  private static void remove(
      BatchJob job, Map<BatchJob, Set<WaitingWindow>> jobs, Set<WaitingWindow> taken) {
    Set<WaitingWindow> windows = jobs.getOrDefault(job, Set.of());
    boolean served = taken.contains(first(windows));
    windows.removeIf(taken::contains);
    if (windows.isEmpty()) {
      jobs.remove(job);
    } else if (served) {
      moveBack(jobs, job, windows);
    }
  }

  /** Takes everything of one job out. */
  void drop(BatchJob job) {
    Map<BatchJob, Set<WaitingWindow>> jobs = tenants.get(job.tenant());
    Set<WaitingWindow> dropped = jobs == null ? null : jobs.remove(job);
    if (jobs == null || dropped == null) {
      return;
    }
    tokens -= dropped.stream().mapToLong(WaitingWindow::tokens).sum();
    if (jobs.isEmpty()) {
      tenants.remove(job.tenant());
    }
  }

  /** Takes everything out. */
  List<WaitingWindow> drain() {
    List<WaitingWindow> all = inTurn();
    tenants.clear();
    tokens = 0;
    return all;
  }

  private List<WaitingWindow> inTurn() {
    return RoundRobin.interleave(
        tenants.values().stream().map(jobs -> RoundRobin.interleave(jobs.values())).toList());
  }

  private static <K, V> void moveBack(Map<K, V> line, K key, V value) {
    line.remove(key);
    line.put(key, value);
  }

  private static <T> T first(Iterable<T> line) {
    return line.iterator().next();
  }
}
