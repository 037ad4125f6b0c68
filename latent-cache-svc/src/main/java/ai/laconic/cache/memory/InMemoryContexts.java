package ai.laconic.cache.memory;

import ai.laconic.cache.store.ContextKey;
import ai.laconic.cache.store.ContextPage;
import ai.laconic.cache.store.ListPosition;
import ai.laconic.servicekit.error.Problems;
import ai.laconic.servicekit.tenant.TenantId;
import ai.laconic.v1.Context;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;

/** The finished contexts, by tenant and in the order of their lists. Not for many threads. */
final class InMemoryContexts {
  private final MemoryBudget budget;
  private final Map<ContextKey, StoredContext> byKey = new HashMap<>();
  private final Map<TenantId, NavigableMap<ListPosition, StoredContext>> byTenant = new HashMap<>();
  private final Expiries<ContextKey> expiries = new Expiries<>();

  InMemoryContexts(MemoryBudget budget) {
    this.budget = budget;
  }

  /**
   * Puts a context whose room is taken already.
   *
   * @return false if the same context is here, which then stays
   */
  boolean put(ContextKey key, StoredContext context) {
    StoredContext before = byKey.get(key);
    if (before != null) {
      if (!before.manifest().message().equals(context.manifest().message())) {
        throw Problems.precondition("context", key.id(), "an ID that no other context has");
      }
      return false;
    }
    byKey.put(key, context);
    byTenant
        .computeIfAbsent(key.tenant(), tenant -> new TreeMap<>())
        .put(context.manifest().position(), context);
    expiries.set(key, context.manifest().expires());
    return true;
  }

  Optional<StoredContext> find(ContextKey key) {
    return Optional.ofNullable(byKey.get(key));
  }

  ContextPage list(TenantId tenant, Optional<ListPosition> after, int limit) {
    NavigableMap<ListPosition, StoredContext> all = byTenant.getOrDefault(tenant, new TreeMap<>());
    NavigableMap<ListPosition, StoredContext> rest =
        after.isPresent() ? all.tailMap(after.get(), false) : all;
    List<Context> page = new ArrayList<>();
    Optional<ListPosition> last = Optional.empty();
    for (StoredContext context : rest.values()) {
      if (page.size() == limit) {
        return new ContextPage(page, last);
      }
      page.add(context.manifest().summary());
      last = Optional.of(context.manifest().position());
    }
    return new ContextPage(page, Optional.empty());
  }

  boolean remove(ContextKey key) {
    StoredContext removed = byKey.remove(key);
    if (removed == null) {
      return false;
    }
    expiries.remove(key);
    budget.release(removed.bytes());
    byTenant.computeIfPresent(
        key.tenant(),
        (tenant, list) -> {
          list.remove(removed.manifest().position());
          return list.isEmpty() ? null : list;
        });
    return true;
  }

  void forgetExpired(Instant now) {
    for (Optional<ContextKey> key = expiries.pollExpired(now);
        key.isPresent();
        key = expiries.pollExpired(now)) {
      remove(key.get());
    }
  }

  void clear() {
    List.copyOf(byKey.keySet()).forEach(this::remove);
  }
}
