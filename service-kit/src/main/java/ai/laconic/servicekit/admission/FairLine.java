package ai.laconic.servicekit.admission;

import ai.laconic.servicekit.tenant.TenantId;
import java.util.ArrayList;
import java.util.Comparator;
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
  private final long mostBytes;

  /** Those that hold something or wait. */
  private final Map<TenantId, TenantLine<W>> tenants = new HashMap<>();

  private long inUse;
  private long bytesInUse;
  private long turns;

  /**
   * @param capacity units at once
   * @param perTenant most of them that one tenant holds, but for a single larger wish
   * @param mostBytes that those who were let in hold, but for a single larger wish
   */
  FairLine(long capacity, long perTenant, long mostBytes) {
    this.capacity = capacity;
    this.perTenant = perTenant;
    this.mostBytes = mostBytes;
  }

  void add(TenantId tenant, Wish<W> wish) {
    tenants.computeIfAbsent(tenant, id -> new TenantLine<>()).add(wish);
  }

  /** Takes one out that doesn't wait any more; false if it wasn't here. */
  boolean remove(TenantId tenant, W waiter) {
    TenantLine<W> its = tenants.get(tenant);
    if (its == null || its.remove(waiter).isEmpty()) {
      return false;
    }
    forget(tenant, its);
    return true;
  }

  /**
   * Lets in all that have room, in the order of their turns.
   *
   * @param now in the time of {@link Wish#longAt}
   */
  List<W> admit(long now) {
    tenants.values().forEach(tenant -> tenant.setAsideWhoWaitedLong(now));
    List<W> admitted = new ArrayList<>();
    for (Optional<TenantLine<W>> next = next();
        // Nobody overtakes the one whose turn it is.
        next.isPresent() && fits(next.get().first());
        next = next()) {
      Wish<W> wish = next.get().admit(++turns);
      inUse += wish.units();
      bytesInUse += wish.bytes();
      admitted.add(wish.waiter());
    }
    return admitted;
  }

  private boolean fits(Wish<W> wish) {
    return wish.units() <= capacity - inUse
        && (bytesInUse == 0 || wish.bytes() <= mostBytes - bytesInUse);
  }

  private Optional<TenantLine<W>> next() {
    return tenants.values().stream()
        .filter(tenant -> tenant.waits() && withinShare(tenant))
        .min(
            Comparator.comparingLong(TenantLine<W>::held)
                .thenComparingLong(TenantLine<W>::lastTurn));
  }

  private boolean withinShare(TenantLine<W> tenant) {
    return tenant.held() == 0 || tenant.held() + tenant.first().units() <= perTenant;
  }

  /** Gives back what a wish was granted. */
  void release(TenantId tenant, long units, long bytes) {
    TenantLine<W> its = tenants.get(tenant);
    if (its == null || its.held() < units) {
      throw new IllegalStateException("units of " + tenant + ": " + units + " were not held");
    }
    its.release(units);
    inUse -= units;
    bytesInUse -= bytes;
    forget(tenant, its);
  }

  /** Takes one out of the tenant with the most waiters; empty if nobody waits. */
  Optional<W> dropFromTheLongest() {
    return drop(Comparator.comparingInt(TenantLine::waiting));
  }

  /** Takes one out of the tenant whose waiters hold the most bytes; empty if nobody waits. */
  Optional<W> dropFromTheLargest() {
    return drop(Comparator.comparingLong(TenantLine::bytes));
  }

  private Optional<W> drop(Comparator<TenantLine<W>> most) {
    Optional<Map.Entry<TenantId, TenantLine<W>>> found =
        tenants.entrySet().stream()
            .filter(entry -> entry.getValue().waits())
            .max(Map.Entry.comparingByValue(most));
    return found.map(
        entry -> {
          W dropped = entry.getValue().removeLeastHopeful().waiter();
          forget(entry.getKey(), entry.getValue());
          return dropped;
        });
  }

  long inUse() {
    return inUse;
  }

  int waiting() {
    return tenants.values().stream().mapToInt(TenantLine::waiting).sum();
  }

  /** Returns the bytes that waiters hold. */
  long waitingBytes() {
    return tenants.values().stream().mapToLong(TenantLine::bytes).sum();
  }

  private void forget(TenantId id, TenantLine<W> tenant) {
    if (tenant.held() == 0 && !tenant.waits()) {
      tenants.remove(id);
    }
  }
}
