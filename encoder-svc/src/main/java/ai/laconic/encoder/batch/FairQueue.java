package ai.laconic.encoder.batch;

import static java.util.Comparator.comparingLong;

import ai.laconic.servicekit.tenant.TenantId;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.PriorityQueue;
import java.util.Set;

/**
 * The windows that wait, by tenant. Guarded by its owner's lock.
 *
 * <p>Tenants get equal shares of the tokens, however many jobs and windows each has and however
 * long these are (start-time fair queueing). Each batch is led by the tenant that had least: its
 * first window always goes, and the room beside it is offered to the tenants by what they had. A
 * tenant that comes new leads the next batch. What a tenant got of room that nobody else could use
 * counts against it for one batch at most.
 */
final class FairQueue {
  /** Of a batch: what leading one costs at least. It takes its time however few tokens it has. */
  private static final int LEAST_CHARGE = 8;

  private final BatchPolicy policy;

  /** Also those without windows that had more than the floor. */
  private final Map<TenantId, TenantLine> tenants = new LinkedHashMap<>();

  /** What the leader of the last batch had had before. Nobody who waits has had less. */
  private long floor;

  private long tokens;

  FairQueue(BatchPolicy policy) {
    this.policy = policy;
  }

  /** Adds windows behind those that their job already has here. */
  void add(List<WaitingWindow> windows) {
    for (WaitingWindow window : windows) {
      tenants
          // Below all who waited before, so that it leads.
          .computeIfAbsent(window.job().tenant(), tenant -> new TenantLine(floor - 1))
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
        .flatMapToLong(tenant -> tenant.oldestArrivalNanos().stream())
        .min();
  }

  /** Takes the next batch out. There must be a window. */
  List<WaitingWindow> take() {
    List<TenantLine> waiting = leastFirst();
    TenantLine leader = waiting.get(0);
    List<WaitingWindow> inTurn = inTurn(waiting);
    List<WaitingWindow> batch = new ArrayList<>();
    for (int position : policy.choose(inTurn.stream().mapToInt(WaitingWindow::tokens).toArray())) {
      batch.add(inTurn.get(position));
    }
    floor = Math.max(floor, leader.used());
    Set<WaitingWindow> taken = new HashSet<>(batch);
    for (TenantLine tenant : waiting) {
      long its = tenant.remove(taken);
      tokens -= its;
      long charge = tenant == leader ? Math.max(its, policy.maxTokens() / LEAST_CHARGE) : its;
      tenant.charge(charge, floor + policy.maxTokens());
    }
    tenants.values().removeIf(tenant -> tenant.isEmpty() && tenant.used() <= floor);
    return batch;
  }

  private List<TenantLine> leastFirst() {
    return tenants.values().stream()
        .filter(tenant -> !tenant.isEmpty())
        .sorted(comparingLong(TenantLine::used))
        .toList();
  }

  /** Puts the windows in one line, as if each was charged when its turn came. */
  private static List<WaitingWindow> inTurn(List<TenantLine> leastFirst) {
    PriorityQueue<Offer> offers =
        new PriorityQueue<>(comparingLong(Offer::used).thenComparingInt(Offer::place));
    for (int place = 0; place < leastFirst.size(); place++) {
      TenantLine tenant = leastFirst.get(place);
      offers.add(new Offer(tenant.eligible(place == 0), 0, tenant.used(), place));
    }
    List<WaitingWindow> line = new ArrayList<>();
    for (Offer offer = offers.poll(); offer != null; offer = offers.poll()) {
      line.add(offer.window());
      if (offer.next < offer.windows.size() - 1) {
        offers.add(offer.after());
      }
    }
    return line;
  }

  /**
   * A tenant's windows from {@code next} on.
   *
   * @param used what the tenant will have had before the next of them
   * @param place of the tenant among those who had as much
   */
  private record Offer(List<WaitingWindow> windows, int next, long used, int place) {
    WaitingWindow window() {
      return windows.get(next);
    }

    Offer after() {
      return new Offer(windows, next + 1, used + window().tokens(), place);
    }
  }

  /** Takes everything of one job out. */
  void drop(BatchJob job) {
    TenantLine tenant = tenants.get(job.tenant());
    if (tenant != null) {
      tokens -= tenant.drop(job);
    }
  }

  /** Takes everything out. */
  List<WaitingWindow> drain() {
    List<WaitingWindow> all = new ArrayList<>();
    tenants.values().forEach(tenant -> all.addAll(tenant.inTurn()));
    tenants.clear();
    tokens = 0;
    return all;
  }
}
