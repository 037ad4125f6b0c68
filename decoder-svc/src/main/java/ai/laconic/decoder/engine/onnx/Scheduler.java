package ai.laconic.decoder.engine.onnx;

import ai.laconic.decoder.engine.EndReason;
import ai.laconic.decoder.engine.EngineProblems;
import ai.laconic.decoder.engine.Token;
import ai.laconic.decoder.engine.onnx.KeptPrefixes.Held;
import ai.laconic.decoder.engine.onnx.KeptPrefixes.Seat;
import ai.laconic.decoder.engine.onnx.PrefillOrder.Candidate;
import ai.laconic.runtime.prompt.Prompt;
import ai.laconic.servicekit.error.Problems;
import ai.laconic.servicekit.tenant.TenantId;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Decides, round by round, what the batch does next. One thread calls it. */
final class Scheduler {
  private static final Prompt NOTHING = new Prompt(new int[0], List.of());
  private static final Logger log = LoggerFactory.getLogger(Scheduler.class);

  private final DecoderBatch batch;
  private final BatchingSettings settings;
  private final SubmissionQueue queue;
  private final InstantSource clock;
  private final @Nullable Sequence[] slots;

  /** What a free slot still holds. */
  private final Held[] kept;

  private final PrefillOrder order = new PrefillOrder();
  private final ChunkBudget budget;

  /** Slots that were given away so far, and each one's number among them. */
  private long seats;

  private final long[] seated;

  /** Slots that were freed so far: orders them by when they were. */
  private long uses;

  /** Read by other threads. */
  private final AtomicInteger running = new AtomicInteger();

  /** Guards {@link #appending} and whether the batch is told to terminate. */
  private final Object runs = new Object();

  private @Nullable Sequence appending;
  private boolean stopped;

  Scheduler(
      DecoderBatch batch, BatchingSettings settings, SubmissionQueue queue, InstantSource clock) {
    this.batch = batch;
    this.settings = settings;
    this.queue = queue;
    this.clock = clock;
    this.slots = new Sequence[batch.slots()];
    this.seated = new long[slots.length];
    this.kept = new Held[slots.length];
    for (int slot = 0; slot < slots.length; slot++) {
      kept[slot] = new Held(slot, TenantId.DEFAULT, NOTHING, false, 0);
    }
    this.budget = new ChunkBudget(settings.prefillTime(), settings.prefillChunk());
  }

  /** Goes round once; returns whether there was anything to compute. */
  boolean round() {
    Instant now = clock.instant();
    dropEnded(now);
    admit();
    boolean appended = append();
    boolean stepped = step();
    return appended || stepped;
  }

  int running() {
    return running.get();
  }

  /** Has the run under way end soon if it is this sequence's alone. May come from any thread. */
  void cancelled(Sequence sequence) {
    synchronized (runs) {
      if (appending == sequence) {
        batch.setTerminate(true);
      }
    }
    queue.wake();
  }

  /** Has the run under way end soon, and all that follow. May come from any thread. */
  void stop() {
    synchronized (runs) {
      if (!stopped) {
        stopped = true;
        batch.setTerminate(true);
      }
    }
  }

  /** Ends all that run or wait. */
  void failAll() {
    for (int slot = 0; slot < slots.length; slot++) {
      Sequence sequence = slots[slot];
      if (sequence != null) {
        slots[slot] = null;
        fail(sequence, EngineProblems.closing(sequence.tokens()));
      }
    }
    running.set(0);
    queue.remove(any -> true).forEach(sequence -> fail(sequence, EngineProblems.closing(0)));
  }

  private void dropEnded(Instant now) {
    for (Sequence left : queue.remove(sequence -> leaves(sequence, now))) {
      fail(left, early(left));
    }
    for (int slot = 0; slot < slots.length; slot++) {
      Sequence sequence = slots[slot];
      if (sequence != null && leaves(sequence, now)) {
        free(slot, sequence.content());
        fail(sequence, early(sequence));
      }
    }
  }

  private static boolean leaves(Sequence sequence, Instant now) {
    return sequence.cancelled() || sequence.late(now);
  }

  private static StatusRuntimeException early(Sequence sequence) {
    return sequence.cancelled()
        ? EngineProblems.cancelled(sequence.tokens())
        : EngineProblems.late(sequence.tokens());
  }

  private void admit() {
    while (running.get() < slots.length) {
      Sequence next = queue.next(this::runningOf);
      if (next == null) {
        return;
      }
      seat(next, KeptPrefixes.choose(held(), next.tenant(), next.prompt()).orElseThrow());
    }
  }

  private List<Held> held() {
    List<Held> held = new ArrayList<>();
    for (int slot = 0; slot < slots.length; slot++) {
      Sequence sequence = slots[slot];
      held.add(
          sequence == null
              ? kept[slot]
              : new Held(slot, sequence.tenant(), sequence.content(), true, Long.MAX_VALUE));
    }
    return held;
  }

  private void seat(Sequence sequence, Seat seat) {
    batch.copy(seat.from(), seat.slot(), seat.cached());
    slots[seat.slot()] = sequence;
    seated[seat.slot()] = ++seats;
    running.incrementAndGet();
    try {
      sequence.seat(seat.cached());
    } catch (RuntimeException | Error e) {
      failAlone(seat.slot(), sequence, e);
    }
  }

  private long runningOf(TenantId tenant) {
    return Arrays.stream(slots)
        .filter(sequence -> sequence != null && sequence.tenant().equals(tenant))
        .count();
  }

  /** Appends one chunk of what is given. */
  private boolean append() {
    Optional<Candidate> next = order.next(appendable());
    if (next.isEmpty()) {
      return false;
    }
    int slot = next.get().slot();
    Sequence sequence = next.get().sequence();
    float[][] logits;
    try {
      logits = append(slot, sequence);
    } catch (RuntimeException | Error e) {
      // One that was cancelled meanwhile ended its own run, and is dropped in the next round.
      if (!sequence.cancelled() && !queue.closed()) {
        failAlone(slot, sequence, e);
      }
      return true;
    }
    for (int i = 0; i < logits.length && slots[slot] == sequence; i++) {
      advance(slot, sequence, logits[i]);
    }
    return true;
  }

  private float[][] append(int slot, Sequence sequence) {
    boolean othersWait = running.get() > 1 || queue.size() > 0;
    int before = sequence.length();
    Instant start = clock.instant();
    enter(sequence);
    try {
      return sequence.append(batch, slot, budget.positions(othersWait));
    } finally {
      leave();
      budget.took(sequence.length() - before, Duration.between(start, clock.instant()));
    }
  }

  private void enter(Sequence sequence) {
    synchronized (runs) {
      appending = sequence;
    }
  }

  private void leave() {
    synchronized (runs) {
      boolean cancelled = appending != null && appending.cancelled();
      appending = null;
      if (cancelled && !stopped) {
        batch.setTerminate(false);
      }
    }
  }

  private List<Candidate> appendable() {
    List<Candidate> appendable = new ArrayList<>();
    for (int slot = 0; slot < slots.length; slot++) {
      Sequence sequence = slots[slot];
      if (sequence != null && !sequence.decoding() && sequence.ready()) {
        appendable.add(new Candidate(slot, seated[slot], sequence));
      }
    }
    return appendable;
  }

  private boolean step() {
    int[] ready =
        IntStream.range(0, slots.length)
            .filter(
                slot -> {
                  Sequence sequence = slots[slot];
                  return sequence != null && sequence.decoding();
                })
            .toArray();
    if (ready.length == 0) {
      return false;
    }
    float[][] logits;
    try {
      logits = batch.step(ready, lastTokens(ready));
    } catch (RuntimeException | Error e) {
      if (!queue.closed()) {
        log.warn("a step of {} generations failed, now one by one: {}", ready.length, e.toString());
        for (int slot : ready) {
          stepAlone(slot);
        }
      }
      return true;
    }
    for (int i = 0; i < ready.length; i++) {
      stepped(ready[i], logits[i]);
    }
    return true;
  }

  /** Finds out which generation it is that fails, so that the others go on. */
  private void stepAlone(int slot) {
    Sequence sequence = at(slot);
    int[] alone = {slot};
    float[] logits;
    try {
      batch.truncate(slot, sequence.length());
      logits = batch.step(alone, lastTokens(alone))[0];
    } catch (RuntimeException | Error e) {
      failAlone(slot, sequence, e);
      return;
    }
    stepped(slot, logits);
  }

  private void stepped(int slot, float[] logits) {
    Sequence sequence = at(slot);
    sequence.stepped();
    advance(slot, sequence, logits);
  }

  private int[] lastTokens(int[] of) {
    return IntStream.of(of).map(slot -> at(slot).last()).toArray();
  }

  private void advance(int slot, Sequence sequence, float[] logits) {
    try {
      Token token = sequence.choose(logits);
      if (token == null) {
        free(slot, sequence.content());
        sequence.finish(EndReason.STOP);
      } else if (sequence.tell(token)) {
        free(slot, sequence.content());
        sequence.finish(EndReason.LENGTH);
      }
    } catch (RuntimeException | Error e) {
      failAlone(slot, sequence, e);
    }
  }

  private void failAlone(int slot, Sequence sequence, Throwable cause) {
    log.error("a generation failed after {} tokens", sequence.tokens(), cause);
    if (slots[slot] == sequence) {
      free(slot, NOTHING);
    }
    if (!sequence.ended()) {
      fail(
          sequence,
          cause instanceof OutOfMemoryError memory
              ? EngineProblems.outOfMemory(memory, sequence.tokens())
              : Problems.of(cause));
    }
  }

  /** A listener that throws has itself to blame, and only itself. */
  private static void fail(Sequence sequence, StatusRuntimeException problem) {
    try {
      sequence.fail(problem);
    } catch (RuntimeException | Error e) {
      log.error("a listener failed", e);
    }
  }

  /** Frees a slot, which keeps this much of what it holds. */
  private void free(int slot, Prompt content) {
    // First: should it fail, then the loop does, and ends what is still in its slot.
    batch.truncate(slot, content.length());
    kept[slot] = new Held(slot, at(slot).tenant(), content, false, ++uses);
    slots[slot] = null;
    running.decrementAndGet();
  }

  private Sequence at(int slot) {
    Sequence sequence = slots[slot];
    if (sequence == null) {
      throw new IllegalStateException("slot " + slot + ": free (expected: taken)");
    }
    return sequence;
  }
}
