package ai.laconic.decoder.engine.onnx;

import ai.laconic.decoder.engine.EndReason;
import ai.laconic.decoder.engine.EngineProblems;
import ai.laconic.decoder.engine.Token;
import ai.laconic.servicekit.error.Problems;
import ai.laconic.servicekit.tenant.TenantId;
import io.grpc.StatusRuntimeException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Queue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Decides, round by round, what the batch does next. One thread calls it. */
final class Scheduler {
  private static final Logger log = LoggerFactory.getLogger(Scheduler.class);

  private final DecoderBatch batch;
  private final BatchingSettings settings;
  private final SubmissionQueue queue;
  private final InstantSource clock;
  private final @Nullable Sequence[] slots;

  /** Slots with prompt left, in the order of their turns. */
  private final Queue<Integer> prefilling = new ArrayDeque<>();

  /** Read by other threads. */
  private final AtomicInteger running = new AtomicInteger();

  Scheduler(
      DecoderBatch batch, BatchingSettings settings, SubmissionQueue queue, InstantSource clock) {
    this.batch = batch;
    this.settings = settings;
    this.queue = queue;
    this.clock = clock;
    this.slots = new Sequence[batch.slots()];
  }

  /** Goes round once; returns whether there was anything to compute. */
  boolean round() {
    Instant now = clock.instant();
    dropEnded(now);
    admit();
    boolean prefilled = prefillOne();
    boolean stepped = step();
    return prefilled || stepped;
  }

  int running() {
    return running.get();
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
        free(slot);
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
    for (int slot = 0; slot < slots.length; slot++) {
      if (slots[slot] == null) {
        Sequence next = queue.next(this::runningOf);
        if (next == null) {
          return;
        }
        slots[slot] = next;
        running.incrementAndGet();
        prefilling.add(slot);
      }
    }
  }

  private long runningOf(TenantId tenant) {
    return Arrays.stream(slots)
        .filter(sequence -> sequence != null && sequence.tenant().equals(tenant))
        .count();
  }

  private boolean prefillOne() {
    Integer slot = prefilling.poll();
    if (slot == null) {
      return false;
    }
    Sequence sequence = at(slot);
    try {
      float[] logits =
          sequence.prefill(batch, slot, settings.prefillChunk(), settings.latentWidth());
      if (sequence.prefilling()) {
        prefilling.add(slot);
      } else {
        advance(slot, sequence, logits);
      }
    } catch (RuntimeException | Error e) {
      failAlone(slot, sequence, e);
    }
    return true;
  }

  private boolean step() {
    int[] ready =
        IntStream.range(0, slots.length)
            .filter(
                slot -> {
                  Sequence sequence = slots[slot];
                  return sequence != null && !sequence.prefilling();
                })
            .toArray();
    if (ready.length == 0) {
      return false;
    }
    float[][] logits;
    try {
      logits = batch.step(ready, lastTokens(ready));
    } catch (RuntimeException | Error e) {
      log.warn("a step of {} generations failed, now one by one: {}", ready.length, e.toString());
      for (int slot : ready) {
        stepAlone(slot);
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
    try {
      advance(slot, sequence, logits);
    } catch (RuntimeException | Error e) {
      failAlone(slot, sequence, e);
    }
  }

  private int[] lastTokens(int[] of) {
    return IntStream.of(of).map(slot -> at(slot).last()).toArray();
  }

  private void advance(int slot, Sequence sequence, float[] logits) {
    Token token = sequence.choose(logits);
    if (token == null) {
      free(slot);
      sequence.finish(EndReason.STOP);
    } else if (sequence.tell(token)) {
      free(slot);
      sequence.finish(EndReason.LENGTH);
    }
  }

  private void failAlone(int slot, Sequence sequence, Throwable cause) {
    log.error("a generation failed after {} tokens", sequence.tokens(), cause);
    if (slots[slot] == sequence) {
      free(slot);
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

  private void free(int slot) {
    // First: should it fail, then the loop does, and ends what is still in its slot.
    batch.truncate(slot, 0);
    slots[slot] = null;
    running.decrementAndGet();
    prefilling.remove(slot);
  }

  private Sequence at(int slot) {
    Sequence sequence = slots[slot];
    if (sequence == null) {
      throw new IllegalStateException("slot " + slot + ": free (expected: taken)");
    }
    return sequence;
  }
}
