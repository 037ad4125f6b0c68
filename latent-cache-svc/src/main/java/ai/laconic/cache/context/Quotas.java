package ai.laconic.cache.context;

import ai.laconic.servicekit.error.Problems;
import ai.laconic.servicekit.tenant.TenantId;
import java.time.Duration;
import java.util.Map;

/**
 * How many bytes the contexts of a tenant may take: manifests, texts, and the blocks of each extent
 * as if nobody shared them, so that a quota tells nothing of what others have.
 *
 * @param standard for tenants that have none of their own; 0 for no limit
 * @param own by tenant
 */
public record Quotas(long standard, Map<TenantId, Long> own) {
  /** Contexts on their way are stored, or fail, but not at once. */
  private static final Duration RETRY_AFTER = Duration.ofMinutes(1);

  /** Nobody is limited. */
  public static final Quotas NONE = new Quotas(0, Map.of());

  public Quotas {
    own = Map.copyOf(own);
    if (standard < 0 || own.values().stream().anyMatch(bytes -> bytes < 0)) {
      throw new IllegalArgumentException(
          "quota: " + standard + ", " + own + " (expected: 0 bytes or more)");
    }
  }

  /** Returns the quota of a tenant; 0 for none. */
  long of(TenantId tenant) {
    return own.getOrDefault(tenant, standard);
  }

  /**
   * Refuses what would be too much. Only room that others have reserved may come back by itself.
   *
   * @param used bytes that contexts take
   * @param reserved bytes that others on their way have reserved
   * @param wanted bytes that are to come
   * @throws io.grpc.StatusRuntimeException RESOURCE_EXHAUSTED
   */
  void check(TenantId tenant, long used, long reserved, long wanted) {
    long quota = of(tenant);
    if (quota == 0 || wanted <= quota - Reservations.saturatedSum(used, reserved)) {
      return;
    }
    String resource = "quota of tenant " + tenant;
    String limit = "at most " + quota + " bytes in all";
    if (wanted > quota) {
      throw Problems.tooLarge(resource, wanted + " bytes", limit);
    }
    if (wanted > quota - used) {
      throw Problems.tooLarge(
          resource,
          wanted + " bytes more, beside " + used + " that its contexts take",
          limit + "; delete contexts, or let them expire sooner");
    }
    throw Problems.exhausted(
        resource,
        wanted
            + " bytes more, beside "
            + used
            + " that its contexts take and "
            + reserved
            + " that others on their way may take",
        limit + "; fewer at once",
        RETRY_AFTER);
  }
}
