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
 * Who holds what, who waits, and whose turn it is. A state without clock and threads: its owner
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

  /** One that waits for some units, and from when on it has waited for long. */
  private record Entry<W>(W waiter, long units, long longAt) {}

  // Kept while it holds something or waits, and so that its last turn is remembered meanwhile.
  private static final class Tenant<W> {
    final Deque<Entry<W>> line = new ArrayDeque<>();
    final Deque<Entry<W>> waitedLong = new ArrayDeque<>();
    long held;
    long lastTurn;

    boolean waits() {
      return waiting() > 0;
    }

    int waiting() {
      return line.size() + waitedLong.size();
    }

    /** Those behind it have more of their time left, and so a better chance to make use of room. */
    void setAsideWhoWaitedLong(long now) {
      while (!line.isEmpty() && line.getFirst().longAt() - now <= 0) {
        waitedLong.addLast(line.removeFirst());
      }
    }

    Entry<W> first() {
      return line.isEmpty() ? waitedLong.getFirst() : line.getFirst();
    }

    void removeFirst() {
      (line.isEmpty() ? waitedLong : line).removeFirst();
    }

    Entry<W> removeLeastHopeful() {
      return waitedLong.isEmpty() ? line.removeLast() : waitedLong.removeFirst();
    }
  }

  /**
   * @param longAt when it will have waited for long, in the time of {@link #admit}
   */
  void add(TenantId tenant, W waiter, long units, long longAt) {
    tenants
        .computeIfAbsent(tenant, id -> new Tenant<>())
        .line
        .addLast(new Entry<>(waiter, units, longAt));
    waiting++;
  }

  /** Takes one out that doesn't wait any more; false if it wasn't here. */
  boolean remove(TenantId tenant, W waiter) {
    Tenant<W> its = tenants.get(tenant);
    if (its == null
        || !(its.line.removeIf(entry -> entry.waiter().equals(waiter))
            || its.waitedLong.removeIf(entry -> entry.waiter().equals(waiter)))) {
      return false;
    }
    waiting--;
    forget(tenant, its);
    return true;
  }

  /**
   * Lets in all that have room, in the order of their turns.
   *
   * @param now nanoseconds of any origin
   */
  List<W> admit(long now) {
    tenants.values().forEach(tenant -> tenant.setAsideWhoWaitedLong(now));
    List<W> admitted = new ArrayList<>();
    for (Optional<Tenant<W>> next = next(); next.isPresent(); next = next()) {
      Tenant<W> tenant = next.get();
      Entry<W> first = tenant.first();
      if (first.units() > capacity - inUse) {
        // Nobody overtakes the one whose turn it is.
        break;
      }
      tenant.removeFirst();
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
    return tenant.held == 0 || tenant.held + tenant.first().units() <= perTenant;
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

  /**
   * Takes one out of the tenant with the most waiters, of those who waited for long or else the
   * newest; empty if nobody waits.
   */
  Optional<W> dropFromTheLongest() {
    Optional<Map.Entry<TenantId, Tenant<W>>> longest =
        tenants.entrySet().stream()
            .filter(entry -> entry.getValue().waits())
            .max(Comparator.comparingInt(entry -> entry.getValue().waiting()));
    return longest.map(
        entry -> {
          Tenant<W> tenant = entry.getValue();
          W dropped = tenant.removeLeastHopeful().waiter();
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
