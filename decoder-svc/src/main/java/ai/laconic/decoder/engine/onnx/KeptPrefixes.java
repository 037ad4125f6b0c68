package ai.laconic.decoder.engine.onnx;

import ai.laconic.runtime.prompt.Prompt;
import ai.laconic.servicekit.tenant.TenantId;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

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
    Optional<Held> free =
        slots.stream()
            .filter(held -> !held.taken())
            .min(
                Comparator.<Held>comparingInt(held -> held.content().length() == 0 ? 0 : 1)
                    .thenComparingLong(Held::lastUse));
    if (free.isEmpty()) {
      return Optional.empty();
    }
    // The logits behind the last position are wanted, so it is always read.
    Prompt reusable = prompt.first(prompt.length() - 1);
    Held best = free.get();
    int cached = 0;
    for (Held held : slots) {
      int common = held.owner().equals(tenant) ? held.content().commonPrefix(reusable) : 0;
      if (common > cached) {
        best = held;
        cached = common;
      }
    }
    boolean inPlace = !best.taken() && best.content().length() - cached <= cached / 4;
    int slot = inPlace ? best.slot() : free.get().slot();
    return Optional.of(new Seat(slot, best.slot(), cached));
  }
}
