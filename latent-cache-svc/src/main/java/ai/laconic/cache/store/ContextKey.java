package ai.laconic.cache.store;

import ai.laconic.servicekit.tenant.TenantId;

/** Finds a context: nobody finds one with another tenant's name. */
public record ContextKey(TenantId tenant, ContextId id) {
  @Override
  public String toString() {
    return tenant + "/" + id;
  }
}
