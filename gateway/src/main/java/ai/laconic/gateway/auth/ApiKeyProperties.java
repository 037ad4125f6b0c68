package ai.laconic.gateway.auth;

import static java.util.Objects.requireNonNull;

import ai.laconic.servicekit.tenant.TenantId;

/**
 * One API key. Only its digest is configured, so that settings can be read without being able to
 * call.
 *
 * @param tenant whose calls these are
 * @param sha256 SHA-256 of the key, 64 hexadecimal digits
 */
public record ApiKeyProperties(String tenant, String sha256) {
  public ApiKeyProperties {
    requireNonNull(tenant, "tenant of a key: missing (expected: a tenant)");
    requireNonNull(sha256, "sha256 of a key of " + tenant + ": missing (expected: its digest)");
    TenantId unused = new TenantId(tenant);
    if (!sha256.matches("[0-9a-fA-F]{64}")) {
      throw new IllegalArgumentException(
          "sha256 of a key of "
              + tenant
              + ": "
              + sha256.length()
              + " characters (expected: 64 hexadecimal digits)");
    }
  }
}
