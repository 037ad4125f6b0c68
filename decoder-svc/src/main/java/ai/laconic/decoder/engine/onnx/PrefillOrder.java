package ai.laconic.decoder.engine.onnx;

import ai.laconic.servicekit.tenant.TenantId;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Whose prompt is read next. Tenants take turns. Within one, the prompt with the least left comes
 * first, since it answers soonest and keeps the others waiting least; every {@value #AGED} turns
 * the one that came first does, so that a long prompt isn't overtaken for ever.
 */
final class PrefillOrder {
  private static final int AGED = 4;

  private record Candidate(int slot, Sequence sequence) {}

  /** Number of the chunk that a tenant had last. */
  private final Map<TenantId, Long> lastTurns = new HashMap<>();

  private long turn;

  /**
   * Returns the slot of the sequence that is next.
   *
   * @param slots with given positions that can be appended now, in the order in which they came
   */
  Optional<Integer> next(Map<Integer, Sequence> slots) {
    lastTurns.keySet().retainAll(tenants(slots.values()));
    Optional<TenantId> tenant =
        slots.values().stream()
            .map(Sequence::tenant)
            .min(Comparator.comparingLong(each -> lastTurns.getOrDefault(each, -1L)));
    if (tenant.isEmpty()) {
      return Optional.empty();
    }
    lastTurns.put(tenant.get(), turn++);
    Comparator<Candidate> order =
        Comparator.comparingInt(
            candidate -> turn % AGED == 0 ? 0 : candidate.sequence().remaining());
    return slots.entrySet().stream()
        .map(entry -> new Candidate(entry.getKey(), entry.getValue()))
        .filter(candidate -> candidate.sequence().tenant().equals(tenant.get()))
        .min(order)
        .map(Candidate::slot);
  }

  private static Collection<TenantId> tenants(Collection<Sequence> sequences) {
    return sequences.stream().map(Sequence::tenant).toList();
  }
}
