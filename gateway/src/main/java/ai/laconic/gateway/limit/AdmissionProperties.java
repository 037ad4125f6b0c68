package ai.laconic.gateway.limit;

import ai.laconic.servicekit.admission.AdmissionLimits;
import java.time.Duration;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * How many calls of clients run at once, and how long the next one waits. Each has a thread.
 *
 * @param maxCalls calls that run
 * @param tenantShare most of them that one tenant may hold, above 0 to 1
 * @param maxWaiting calls that wait; when one more comes, the tenant that has most of them loses
 *     its newest
 * @param maxWait longest that a call waits; its deadline if that is sooner
 */
public record AdmissionProperties(
    @DefaultValue("128") int maxCalls,
    @DefaultValue("0.5") double tenantShare,
    @DefaultValue("1024") int maxWaiting,
    @DefaultValue("60s") Duration maxWait) {
  public AdmissionProperties {
    if (maxCalls < 1) {
      throw new IllegalArgumentException("max-calls: " + maxCalls + " (expected: 1 or more)");
    }
    AdmissionLimits unused = new AdmissionLimits(maxCalls, tenantShare, maxWaiting, maxWait);
  }

  public AdmissionLimits limits() {
    return new AdmissionLimits(maxCalls, tenantShare, maxWaiting, maxWait);
  }
}
