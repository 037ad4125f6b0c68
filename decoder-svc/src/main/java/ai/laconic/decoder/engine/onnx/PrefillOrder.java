package ai.laconic.decoder.engine.onnx;

import ai.laconic.servicekit.tenant.TenantId;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Whose prompt is read next. Tenants take turns. Within one, the prompt with the least left comes
 * first, since it answers soonest and keeps the others waiting least; every {@value #AGED} turns
 * the one that came first does, so that a long prompt isn't overtaken for ever.
 */
final class PrefillOrder {
  private static final int AGED = 4;

  /**
   * A sequence with given positions that can be appended now.
   *
   * @param came grows with the time at which it got its slot
   */
  record Candidate(int slot, long came, Sequence sequence) {
    TenantId tenant() {
      return sequence.tenant();
    }
  }

  /** Number of the chunk that a tenant had last. */
  private final Map<TenantId, Long> lastTurns = new HashMap<>();

  private long turn;

  /** Returns the one that is next. */
  Optional<Candidate> next(List<Candidate> candidates) {
    if (candidates.isEmpty()) {
      lastTurns.clear();
      return Optional.empty();
    }
    lastTurns.keySet().retainAll(candidates.stream().map(Candidate::tenant).toList());
    TenantId tenant =
        candidates.stream()
            .map(Candidate::tenant)
            .min(Comparator.comparingLong(each -> lastTurns.getOrDefault(each, -1L)))
            .orElseThrow();
    lastTurns.put(tenant, turn++);
    Comparator<Candidate> order =
        turn % AGED == 0
            ? Comparator.comparingLong(Candidate::came)
            : Comparator.<Candidate>comparingInt(each -> each.sequence().remaining())
                .thenComparingLong(Candidate::came);
    return candidates.stream().filter(each -> each.tenant().equals(tenant)).min(order);
  }
}
