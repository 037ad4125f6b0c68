package ai.laconic.decoder.engine.onnx;

import ai.laconic.runtime.prompt.Prompt;
import ai.laconic.servicekit.tenant.TenantId;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Chooses the slot of a prompt from what the slots hold. A slot keeps what it read after its
 * generation ended, until another needs the place: the next prompt that begins alike starts behind
 * what is common.
 */
final class KeptPrefixes {
  private KeptPrefixes() {}

  /**
   * What a slot holds.
   *
   * @param owner whose prompt it was: another tenant's never serves, or its timing would tell what
   *     was asked
   * @param content what is at its positions
   * @param taken whether a generation has it
   * @param lastUse grows with time
   */
  record Held(int slot, TenantId owner, Prompt content, boolean taken, long lastUse) {}

  /**
   * Where a prompt goes.
   *
   * @param slot a free one
   * @param from the slot whose first positions it begins with, perhaps the same
   * @param cached how many
   */
  record Seat(int slot, int from, int cached) {}

  /**
   * Returns the seat of a prompt, empty if no slot is free.
   *
   * <p>The longest common beginning is taken, of a free slot or of one that a generation has. It is
   * continued in its own slot if little else is lost there, or if there is no other; else it is
   * copied to the slot that holds least or was used least recently, which takes far less time than
   * reading it again.
   */
  static Optional<Seat> choose(List<Held> slots, TenantId tenant, Prompt prompt) {
    // The logits behind the last position are wanted, so it is always read.
    Prompt reusable = prompt.first(prompt.length() - 1);
    Optional<Source> best =
        slots.stream()
            .filter(held -> held.owner().equals(tenant))
            .map(held -> new Source(held, held.content().commonPrefix(reusable)))
            .filter(source -> source.cached() > 0)
            .max(
                Comparator.comparingInt(Source::cached)
                    .thenComparing(Source::littleLost)
                    // All prompts have a few positions in common: that must not spare the oldest.
                    .thenComparingLong(source -> source.held().lastUse()));
    Optional<Held> other =
        leastWorth(slots, held -> best.map(source -> source.held() != held).orElse(true));
    if (best.isEmpty()) {
      return other.map(held -> new Seat(held.slot(), held.slot(), 0));
    }
    Held from = best.get().held();
    int cached = best.get().cached();
    if (best.get().littleLost() || (!from.taken() && other.isEmpty())) {
      return Optional.of(new Seat(from.slot(), from.slot(), cached));
    }
    return other.map(held -> new Seat(held.slot(), from.slot(), cached));
  }

  /**
   * A slot that a prompt begins with.
   *
   * @param cached positions that are common
   */
  private record Source(Held held, int cached) {
    /** Returns whether the prompt may go on in the slot itself. */
    boolean littleLost() {
      return !held.taken() && held.content().length() - cached <= cached / 4;
    }
  }

  /**
   * Returns a free slot that holds nothing, or was used least recently; of the older half one
   * beside a slot that is taken if there is one, since neighbours step together in one run.
   */
  private static Optional<Held> leastWorth(List<Held> slots, Predicate<Held> candidate) {
    List<Held> free =
        slots.stream()
            .filter(held -> !held.taken())
            .filter(candidate)
            .sorted(
                Comparator.<Held>comparingInt(held -> held.content().length() == 0 ? 0 : 1)
                    .thenComparingLong(Held::lastUse))
            .toList();
    return free.stream()
        .limit((free.size() + 1) / 2)
        .filter(held -> slots.stream().anyMatch(other -> other.taken() && beside(held, other)))
        .findFirst()
        .or(() -> free.stream().findFirst());
  }

  private static boolean beside(Held one, Held other) {
    return Math.abs(one.slot() - other.slot()) == 1;
  }
}
