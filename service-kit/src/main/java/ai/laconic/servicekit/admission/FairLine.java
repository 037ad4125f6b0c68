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
  private long waitingBytes;

  FairLine(long capacity, long perTenant) {
    this.capacity = capacity;
    this.perTenant = perTenant;
  }

  /** One that waits for some units, and holds some bytes meanwhile. */
  private record Entry<W>(W waiter, long units, long bytes) {}

  // Kept while it holds something or waits, and so that its last turn is remembered meanwhile.
  private static final class Tenant<W> {
    final Deque<Entry<W>> line = new ArrayDeque<>();
    long held;
    long lastTurn;
    long waitingBytes;

    boolean waits() {
      return !line.isEmpty();
    }
  }

  void add(TenantId tenant, W waiter, long units, long bytes) {
    Tenant<W> its = tenants.computeIfAbsent(tenant, id -> new Tenant<>());
    its.line.addLast(new Entry<>(waiter, units, bytes));
    count(its, 1, bytes);
  }

  private void count(Tenant<W> tenant, int waiters, long bytes) {
    waiting += waiters;
    waitingBytes += bytes;
    tenant.waitingBytes += bytes;
  }

  /** Takes one out that doesn't wait any more; false if it wasn't here. */
  boolean remove(TenantId tenant, W waiter) {
    Tenant<W> its = tenants.get(tenant);
    if (its == null) {
      return false;
    }
    Optional<Entry<W>> found =
        its.line.stream().filter(entry -> entry.waiter().equals(waiter)).findFirst();
    found.ifPresent(
        entry -> {
          its.line.remove(entry);
          count(its, -1, -entry.bytes());
          forget(tenant, its);
        });
    return found.isPresent();
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
      count(tenant, -1, -first.bytes());
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
    return dropNewest(Comparator.comparingInt(tenant -> tenant.line.size()));
  }

  /** As {@link #dropNewestOfTheLongest}, of the tenant whose waiters hold most bytes. */
  Optional<W> dropNewestOfTheLargest() {
    return dropNewest(Comparator.comparingLong(tenant -> tenant.waitingBytes));
  }

  private Optional<W> dropNewest(Comparator<Tenant<W>> most) {
    Optional<Map.Entry<TenantId, Tenant<W>>> found =
        tenants.entrySet().stream()
            .filter(entry -> entry.getValue().waits())
            .max(Map.Entry.comparingByValue(most));
    return found.map(
        entry -> {
          Tenant<W> tenant = entry.getValue();
          Entry<W> dropped = tenant.line.removeLast();
          count(tenant, -1, -dropped.bytes());
          forget(entry.getKey(), tenant);
          return dropped.waiter();
        });
  }

  long inUse() {
    return inUse;
  }

  int waiting() {
    return waiting;
  }

  /** Returns the bytes that waiters hold. */
  long waitingBytes() {
    return waitingBytes;
  }

  private void forget(TenantId id, Tenant<W> tenant) {
    if (tenant.held == 0 && !tenant.waits()) {
      tenants.remove(id);
    }
  }
}
