package ai.laconic.servicekit.admission;

import ai.laconic.servicekit.tenant.TenantId;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Who holds what, who waits, and whose turn it is. A state without time and threads: its owner
 * guards it.
 *
 * @param <W> what waits
 */
final class FairLine<W> {
  private final long capacity;
  private final long perTenant;
  private final Map<TenantId, Tenant<W>> tenants = new HashMap<>();
  private long inUse;
  private long turns;
  private int waiting;

  FairLine(long capacity, long perTenant) {
    this.capacity = capacity;
    this.perTenant = perTenant;
  }

  /** One that waits for some units. */
  private record Entry<W>(W waiter, long units) {}

  // Kept while it holds something or waits, and so that its last turn is remembered meanwhile.
  private static final class Tenant<W> {
    final Deque<Entry<W>> line = new ArrayDeque<>();
    long held;
    long lastTurn;

    boolean waits() {
      return !line.isEmpty();
    }
  }

  void add(TenantId tenant, W waiter, long units) {
    tenants.computeIfAbsent(tenant, id -> new Tenant<>()).line.addLast(new Entry<>(waiter, units));
    waiting++;
  }

  /** Takes one out that doesn't wait any more; false if it wasn't here. */
  boolean remove(TenantId tenant, W waiter) {
    Tenant<W> its = tenants.get(tenant);
    if (its == null || !its.line.removeIf(entry -> entry.waiter().equals(waiter))) {
      return false;
    }
    waiting--;
    forget(tenant, its);
    return true;
  }

  /** Lets in all that have room, in the order of their turns. */
  List<W> admit() {
    List<W> admitted = new ArrayList<>();
    for (Optional<Tenant<W>> next = next(); next.isPresent(); next = next()) {
      Tenant<W> tenant = next.get();
      Entry<W> first = tenant.line.getFirst();
      if (first.units() > capacity - inUse) {
        // Nobody overtakes the one whose turn it is.
        break;
      }
      tenant.line.removeFirst();
      waiting--;
      tenant.held += first.units();
      tenant.lastTurn = ++turns;
      inUse += first.units();
      admitted.add(first.waiter());
    }
    return admitted;
  }

  private Optional<Tenant<W>> next() {
    return tenants.values().stream()
        .filter(tenant -> tenant.waits() && withinShare(tenant))
        .min(
            Comparator.comparingLong((Tenant<W> tenant) -> tenant.held)
                .thenComparingLong(tenant -> tenant.lastTurn));
  }

  private boolean withinShare(Tenant<W> tenant) {
    return tenant.held == 0 || tenant.held + tenant.line.getFirst().units() <= perTenant;
  }

  /** Gives units back. */
  void release(TenantId tenant, long units) {
    Tenant<W> its = tenants.get(tenant);
    if (its == null || its.held < units) {
      throw new IllegalStateException("units of " + tenant + ": " + units + " were not held");
    }
    its.held -= units;
    inUse -= units;
    forget(tenant, its);
  }

  /** Takes out the newest of the tenant with the most waiters; empty if nobody waits. */
  Optional<W> dropNewestOfTheLongest() {
    Optional<Map.Entry<TenantId, Tenant<W>>> longest =
        tenants.entrySet().stream()
            .filter(entry -> entry.getValue().waits())
            .max(Comparator.comparingInt(entry -> entry.getValue().line.size()));
    return longest.map(
        entry -> {
          Tenant<W> tenant = entry.getValue();
          W dropped = tenant.line.removeLast().waiter();
          waiting--;
          forget(entry.getKey(), tenant);
          return dropped;
        });
  }

  long inUse() {
    return inUse;
  }

  int waiting() {
    return waiting;
  }

  private void forget(TenantId id, Tenant<W> tenant) {
    if (tenant.held == 0 && !tenant.waits()) {
      tenants.remove(id);
    }
  }
}
