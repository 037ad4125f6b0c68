package ai.laconic.servicekit.tenant;

import ai.laconic.servicekit.error.Problems;
import io.grpc.Metadata;

/** Tells from a call's headers whose it is; UNAUTHENTICATED or INVALID_ARGUMENT if it can't. */
@FunctionalInterface
public interface TenantResolver {
  TenantId resolve(Metadata headers);

  /** Takes the header that the gateway set: for services that only services can reach. */
  static TenantResolver trustedHeader() {
    return headers -> {
      String value = headers.get(TenantClientInterceptor.HEADER);
      if (value == null) {
        throw Problems.unauthenticated("header " + TenantClientInterceptor.HEADER.name());
      }
      try {
        return new TenantId(value);
      } catch (IllegalArgumentException e) {
        throw Problems.invalid(
            TenantClientInterceptor.HEADER.name(), value, "a tenant as the gateway names it");
      }
    };
  }
}
