package ai.laconic.servicekit.tenant;

import ai.laconic.servicekit.error.Problems;
import io.grpc.Context;
import org.jspecify.annotations.Nullable;

/**
 * Who a request belongs to. Part of every key in the cache, so its form is narrow.
 *
 * @param value 1 to 64 lower-case letters, digits, dots, dashes or underscores, a letter or digit
 *     first
 */
public record TenantId(String value) {
  /** The only tenant of an installation without API keys. */
  public static final TenantId DEFAULT = new TenantId("default");

  private static final Context.Key<TenantId> KEY = Context.key("laconic-tenant");

  public TenantId {
    if (!value.matches("[a-z0-9][a-z0-9._-]{0,63}")) {
      throw new IllegalArgumentException(
          "tenant: "
              + value
              + " (expected: 1 to 64 lower-case letters, digits, dots, dashes or underscores)");
    }
  }

  /** Returns the tenant of the call that runs in this context; UNAUTHENTICATED without one. */
  public static TenantId current() {
    TenantId tenant = KEY.get();
    if (tenant == null) {
      throw Problems.unauthenticated("a call with a tenant");
    }
    return tenant;
  }

  static @Nullable TenantId currentOrNull() {
    return KEY.get();
  }

  /** Returns {@code context} with this tenant. */
  public Context in(Context context) {
    return context.withValue(KEY, this);
  }

  @Override
  public String toString() {
    return value;
  }
}
