package ai.laconic.decoder;

import ai.laconic.servicekit.admission.AdmissionLimits;
import java.time.Duration;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * How many decodes are here at once, and how long the next one waits. Nothing is refused while
 * there is room to wait, and tenants take turns: of those that wait, the one that has least is
 * next.
 *
 * @param prefetch decodes beyond the slots that are prepared already: tokenized, and for an engine
 *     that keeps no prompts also pulled, so that no slot waits for it; 0 or more. They stand before
 *     whoever comes later
 * @param maxCalls decodes that hold a thread: they wait for a slot, have one, or have an answer
 *     that their client still reads
 * @param tenantShare most of the max-calls that one tenant may have, above 0 to 1
 * @param maxWaiting decodes that wait for a thread; when one more comes, the tenant that has most
 *     of them loses its newest
 * @param maxWait longest that one waits for a thread, and then for a slot and for memory; less if
 *     its caller's deadline is sooner
 */
public record AdmissionProperties(
    @DefaultValue("1") int prefetch,
    @DefaultValue("256") int maxCalls,
    @DefaultValue("0.5") double tenantShare,
    @DefaultValue("1024") int maxWaiting,
    @DefaultValue("90s") Duration maxWait) {
  public AdmissionProperties {
    if (prefetch < 0) {
      throw new IllegalArgumentException("prefetch: " + prefetch + " (expected: 0 or more)");
    }
    if (maxCalls < 1) {
      throw new IllegalArgumentException("max-calls: " + maxCalls + " (expected: 1 or more)");
    }
  }

  /** Returns the limits of the calls. */
  public AdmissionLimits calls() {
    return new AdmissionLimits(maxCalls, tenantShare, maxWaiting, maxWait);
  }

  /**
   * Returns the limits of something that only admitted calls ask for: all of them may wait, and a
   * tenant that is alone may have all of it.
   *
   * @param capacity of it
   */
  public AdmissionLimits within(long capacity) {
    return new AdmissionLimits(capacity, 1, maxCalls, maxWait);
  }
}
