package ai.laconic.cache.store;

import ai.laconic.servicekit.tenant.TenantId;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Records that may change together: those of a tenant, or those that all tenants share.
 *
 * @param name 1 to 200 letters, digits, dots, colons, hyphens and underscores
 */
public record Partition(String name) {
  private static final String TENANT = "tenant:";
  private static final Pattern VALID = Pattern.compile("[A-Za-z0-9._:-]{1,200}");

  /** References to the blocks of the public sharing domain. */
  public static final Partition PUBLIC = new Partition("public");

  /** What the installation as a whole remembers. */
  public static final Partition INSTALLATION = new Partition("installation");

  public Partition {
    if (!VALID.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "partition: \"" + name + "\" (expected: letters, digits and . _ : -)");
    }
  }

  /** Returns the partition of a tenant, in which everything lies that is the tenant's alone. */
  public static Partition of(TenantId tenant) {
    return new Partition(TENANT + tenant.value());
  }

  /** Returns whose it is; empty for one that all share. */
  public Optional<TenantId> tenant() {
    return name.startsWith(TENANT)
        ? Optional.of(new TenantId(name.substring(TENANT.length())))
        : Optional.empty();
  }

  @Override
  public String toString() {
    return name;
  }
}
