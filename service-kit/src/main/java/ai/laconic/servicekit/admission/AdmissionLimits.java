package ai.laconic.servicekit.admission;

import java.time.Duration;

/**
 * Bounds of one door.
 *
 * @param capacity units at once, of all tenants together
 * @param tenantShare most of them that one tenant may hold, above 0 to 1; a tenant that holds
 *     nothing is let in whatever it asks for
 * @param maxWaiting most that wait at once
 * @param maxWait longest that anyone waits; its caller's deadline if that is sooner
 */
public record AdmissionLimits(long capacity, double tenantShare, int maxWaiting, Duration maxWait) {
  public AdmissionLimits {
    if (capacity < 1) {
      throw new IllegalArgumentException("capacity: " + capacity + " (expected: 1 or more)");
    }
    if (!(tenantShare > 0 && tenantShare <= 1)) {
      throw new IllegalArgumentException(
          "tenant-share: " + tenantShare + " (expected: above 0, at most 1)");
    }
    if (maxWaiting < 0) {
      throw new IllegalArgumentException("max-waiting: " + maxWaiting + " (expected: 0 or more)");
    }
    if (maxWait.isNegative()) {
      throw new IllegalArgumentException("max-wait: " + maxWait + " (expected: 0 or more)");
    }
  }

  /** Returns the most units that one tenant holds, but for a single larger piece of work. */
  long perTenant() {
    return Math.max(1, (long) (capacity * tenantShare));
  }
}
