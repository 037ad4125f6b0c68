package ai.laconic.decoder.engine.onnx;

import ai.laconic.decoder.engine.EndReason;
import ai.laconic.decoder.engine.EngineProblems;
import ai.laconic.servicekit.error.Problems;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Decides, round by round, what the batch does next. One thread calls it. */
final class Scheduler {
  private static final Logger log = LoggerFactory.getLogger(Scheduler.class);

  private final DecoderBatch batch;
  private final BatchingSettings settings;
  private final WaitingRoom room;
  private final InstantSource clock;
  private final @Nullable Sequence[] slots;

  /** Slots with prompt left, in the order of their turns. */
  private final Queue<Integer> prefilling = new ArrayDeque<>();

  /** Read by other threads. */
  private final AtomicInteger running = new AtomicInteger();

  Scheduler(DecoderBatch batch, BatchingSettings settings, WaitingRoom room, InstantSource clock) {
    this.batch = batch;
    this.settings = settings;
    this.room = room;
    this.clock = clock;
    this.slots = new Sequence[batch.slots()];
  }

  /** Goes round once; returns whether there was anything to compute. */
  boolean round() {
    Instant now = clock.instant();
    dropEnded(now);
    admit();
    boolean prefilled = prefillOne();
    boolean stepped = step(now);
    return prefilled || stepped;
  }

  int running() {
    return running.get();
  }

  boolean idle() {
    return running() == 0 && room.size() == 0;
  }

  /** Ends all that run or wait; the argument is the number of tokens that were told. */
  void failAll(Function<Integer, StatusRuntimeException> problem) {
    for (int slot = 0; slot < slots.length; slot++) {
      Sequence sequence = slots[slot];
      if (sequence != null) {
        slots[slot] = null;
        fail(sequence, problem.apply(sequence.tokens()));
      }
    }
    running.set(0);
    room.remove(any -> true).forEach(sequence -> fail(sequence, problem.apply(0)));
  }

  private void dropEnded(Instant now) {
    for (Sequence left : room.remove(s -> s.cancelled() || s.late(now))) {
      fail(left, left.cancelled() ? EngineProblems.cancelled(0) : EngineProblems.late(0));
    }
    for (int slot = 0; slot < slots.length; slot++) {
      Sequence sequence = slots[slot];
      StatusRuntimeException problem = sequence == null ? null : problem(sequence, now);
      if (sequence != null && problem != null) {
        free(slot);
        fail(sequence, problem);
      }
    }
  }

  private @Nullable StatusRuntimeException problem(Sequence sequence, Instant now) {
    if (sequence.cancelled()) {
      return EngineProblems.cancelled(sequence.tokens());
    }
    if (sequence.late(now)) {
      return EngineProblems.late(sequence.tokens());
    }
    Instant since = sequence.pausedSince();
    boolean tooLong =
        since != null && Duration.between(since, now).compareTo(settings.pauseLimit()) > 0;
    return tooLong ? EngineProblems.pausedTooLong(settings.pauseLimit(), sequence.tokens()) : null;
  }

  private void admit() {
    for (int slot = 0; slot < slots.length; slot++) {
      if (slots[slot] == null) {
        Sequence next = room.next();
        if (next == null) {
          return;
        }
        slots[slot] = next;
        running.incrementAndGet();
        prefilling.add(slot);
      }
    }
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
    } catch (RuntimeException e) {
      failAlone(slot, sequence, e);
    }
    return true;
  }

  private boolean step(Instant now) {
    int[] ready =
        IntStream.range(0, slots.length)
            .filter(
                slot -> {
                  Sequence sequence = slots[slot];
                  return sequence != null && !sequence.prefilling() && sequence.ready(now);
                })
            .toArray();
    if (ready.length == 0) {
      return false;
    }
    float[][] logits;
    try {
      logits = batch.step(ready, lastTokens(ready));
    } catch (RuntimeException e) {
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
    } catch (RuntimeException e) {
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
    } catch (RuntimeException e) {
      failAlone(slot, sequence, e);
    }
  }

  private int[] lastTokens(int[] of) {
    return IntStream.of(of).map(slot -> at(slot).last()).toArray();
  }

  private void advance(int slot, Sequence sequence, float[] logits) {
    int token = sequence.choose(logits);
    if (token == TokenChooser.END) {
      free(slot);
      sequence.finish(EndReason.STOP);
    } else if (sequence.tell(token)) {
      free(slot);
      sequence.finish(EndReason.LENGTH);
    }
  }

  private void failAlone(int slot, Sequence sequence, RuntimeException cause) {
    log.error("a generation failed after {} tokens", sequence.tokens(), cause);
    if (slots[slot] == sequence) {
      free(slot);
    }
    if (!sequence.ended()) {
      fail(sequence, Problems.of(cause));
    }
  }

  /** A listener that throws has itself to blame, and only itself. */
  private static void fail(Sequence sequence, StatusRuntimeException problem) {
    try {
      sequence.fail(problem);
    } catch (RuntimeException e) {
      log.error("a listener failed", e);
    }
  }

  private void free(int slot) {
    slots[slot] = null;
    running.decrementAndGet();
    prefilling.remove(slot);
    batch.truncate(slot, 0);
  }

  private Sequence at(int slot) {
    Sequence sequence = slots[slot];
    if (sequence == null) {
      throw new IllegalStateException("slot " + slot + ": free (expected: taken)");
    }
    return sequence;
  }
}
