package ai.laconic.decoder.engine.onnx;

import ai.laconic.decoder.engine.onnx.KeptPrefixes.Held;
import ai.laconic.decoder.engine.onnx.KeptPrefixes.Seat;
import ai.laconic.decoder.engine.onnx.PrefillOrder.Candidate;
import ai.laconic.runtime.prompt.Prompt;
import ai.laconic.servicekit.tenant.TenantId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Which sequence has which slot of a batch, and what free slots still hold. The scheduler's thread
 * alone changes it.
 */
final class SlotTable {
  static final Prompt NOTHING = new Prompt(new int[0], List.of());

  private final DecoderBatch batch;
  private final @Nullable Sequence[] sequences;

  /** What a free slot still holds. */
  private final Held[] kept;

  /** When a slot was given away last, counted in slots that were. */
  private final long[] seated;

  private long seats;

  /** Slots that were freed so far: orders what they hold. */
  private long uses;

  /** Read by other threads. */
  private final AtomicInteger running = new AtomicInteger();

  SlotTable(DecoderBatch batch) {
    this.batch = batch;
    this.sequences = new Sequence[batch.slots()];
    this.seated = new long[sequences.length];
    this.kept = new Held[sequences.length];
    for (int slot = 0; slot < sequences.length; slot++) {
      kept[slot] = new Held(slot, TenantId.DEFAULT, NOTHING, false, 0);
    }
  }

  /** Returns how many slots are taken. Any thread may ask. */
  int running() {
    return running.get();
  }

  boolean full() {
    return running.get() == sequences.length;
  }

  long runningOf(TenantId tenant) {
    return taken().filter(slot -> at(slot).tenant().equals(tenant)).count();
  }

  /** Returns the slots that are taken. */
  IntStream taken() {
    return IntStream.range(0, sequences.length).filter(slot -> sequences[slot] != null);
  }

  /** Returns the slots of those that take part in steps. */
  int[] decoding() {
    return taken().filter(slot -> at(slot).decoding()).toArray();
  }

  /** Returns those with given positions that can be appended now. */
  List<Candidate> appendable() {
    List<Candidate> appendable = new ArrayList<>();
    for (int slot = 0; slot < sequences.length; slot++) {
      Sequence sequence = sequences[slot];
      if (sequence != null && !sequence.decoding() && sequence.ready()) {
        appendable.add(new Candidate(slot, seated[slot], sequence));
      }
    }
    return appendable;
  }

  Sequence at(int slot) {
    Sequence sequence = sequences[slot];
    if (sequence == null) {
      throw new IllegalStateException("slot " + slot + ": free (expected: taken)");
    }
    return sequence;
  }

  boolean has(int slot, Sequence sequence) {
    return sequences[slot] == sequence;
  }

  /**
   * Gives a free slot to a sequence, where as much of its prompt as possible is held.
   *
   * @return the slot, and what is held there
   */
  Seat take(Sequence sequence) {
    Seat seat = KeptPrefixes.choose(held(), sequence.tenant(), sequence.prompt()).orElseThrow();
    batch.copy(seat.from(), seat.slot(), seat.cached());
    sequences[seat.slot()] = sequence;
    seated[seat.slot()] = ++seats;
    running.incrementAndGet();
    return seat;
  }

  private List<Held> held() {
    List<Held> held = new ArrayList<>();
    for (int slot = 0; slot < sequences.length; slot++) {
      Sequence sequence = sequences[slot];
      held.add(
          sequence == null
              ? kept[slot]
              : new Held(slot, sequence.tenant(), sequence.content(), true, Long.MAX_VALUE));
    }
    return held;
  }

  /** Frees a slot, which keeps this much of what it holds. */
  void free(int slot, Prompt content) {
    // First: should it fail, then the loop does, and ends what is still in its slot.
    batch.truncate(slot, content.length());
    kept[slot] = new Held(slot, at(slot).tenant(), content, false, ++uses);
    sequences[slot] = null;
    running.decrementAndGet();
  }

  /** Forgets everything and returns who had a slot. */
  List<Sequence> clear() {
    List<Sequence> all = taken().mapToObj(this::at).toList();
    Arrays.fill(sequences, null);
    running.set(0);
    return all;
  }
}
