package ai.laconic.decoder.engine.onnx;

import ai.laconic.decoder.engine.EndReason;
import ai.laconic.decoder.engine.EngineProblems;
import ai.laconic.decoder.engine.Token;
import ai.laconic.decoder.engine.onnx.KeptPrefixes.Seat;
import ai.laconic.decoder.engine.onnx.PrefillOrder.Candidate;
import ai.laconic.servicekit.error.Problems;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Decides, round by round, what the batch does next. One thread calls it. */
final class Scheduler {
  private static final Logger log = LoggerFactory.getLogger(Scheduler.class);

  private final DecoderBatch batch;
  private final SubmissionQueue queue;
  private final InstantSource clock;
  private final SlotTable slots;
  private final PrefillOrder order = new PrefillOrder();
  private final ChunkBudget budget;
  private final Interrupts interrupts;

  Scheduler(
      DecoderBatch batch, BatchingSettings settings, SubmissionQueue queue, InstantSource clock) {
    this.batch = batch;
    this.queue = queue;
    this.clock = clock;
    this.slots = new SlotTable(batch);
    this.budget = new ChunkBudget(settings.prefillTime(), settings.prefillChunk());
    this.interrupts = new Interrupts(batch);
  }

  /** Goes round once; returns whether there was anything to compute. */
  boolean round() {
    dropEnded(clock.instant());
    admit();
    boolean appended = append();
    boolean stepped = step();
    return appended || stepped;
  }

  int running() {
    return slots.running();
  }

  /** Sees to it that a sequence that was cancelled ends soon. May come from any thread. */
  void cancelled(Sequence sequence) {
    interrupts.cancelled(sequence);
    queue.wake();
  }

  /** Has the run under way end soon, and all that follow. May come from any thread. */
  void stop() {
    interrupts.stop();
  }

  /** Ends all that run or wait. */
  void failAll() {
    slots.clear().forEach(sequence -> fail(sequence, EngineProblems.closing(sequence.tokens())));
    queue.remove(any -> true).forEach(sequence -> fail(sequence, EngineProblems.closing(0)));
  }

  private void dropEnded(Instant now) {
    for (Sequence left : queue.remove(sequence -> leaves(sequence, now))) {
      fail(left, early(left));
    }
    slots
        .taken()
        .filter(slot -> leaves(slots.at(slot), now))
        .forEach(
            slot -> {
              Sequence sequence = slots.at(slot);
              slots.free(slot, sequence.content());
              fail(sequence, early(sequence));
            });
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
    while (!slots.full()) {
      Sequence next = queue.next(slots::runningOf);
      if (next == null) {
        return;
      }
      Seat seat = slots.take(next);
      try {
        next.seat(seat.cached());
      } catch (RuntimeException | Error e) {
        failAlone(seat.slot(), next, e);
      }
    }
  }

  /** Appends one chunk of what is given. */
  private boolean append() {
    Optional<Candidate> next = order.next(slots.appendable());
    next.ifPresent(candidate -> append(candidate.slot(), candidate.sequence()));
    return next.isPresent();
  }

  private void append(int slot, Sequence sequence) {
    float[][] logits;
    try {
      logits = chunk(slot, sequence);
    } catch (RuntimeException | Error e) {
      // One that was cancelled meanwhile ended its own run, and is dropped in the next round.
      if (!sequence.cancelled() && !queue.closed()) {
        failAlone(slot, sequence, e);
      }
      return;
    }
    for (int i = 0; i < logits.length && slots.has(slot, sequence); i++) {
      advance(slot, sequence, logits[i]);
    }
  }

  private float[][] chunk(int slot, Sequence sequence) {
    boolean othersWait = slots.running() > 1 || queue.size() > 0;
    int before = sequence.length();
    Instant start = clock.instant();
    interrupts.enter(sequence);
    try {
      return sequence.append(batch, slot, budget.positions(othersWait));
    } finally {
      interrupts.leave();
      budget.took(sequence.length() - before, Duration.between(start, clock.instant()));
    }
  }

  private boolean step() {
    int[] ready = slots.decoding();
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
    Sequence sequence = slots.at(slot);
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
    Sequence sequence = slots.at(slot);
    sequence.stepped();
    advance(slot, sequence, logits);
  }

  private int[] lastTokens(int[] of) {
    return IntStream.of(of).map(slot -> slots.at(slot).last()).toArray();
  }

  private void advance(int slot, Sequence sequence, float[] logits) {
    try {
      Token token = sequence.choose(logits);
      if (token == null) {
        finish(slot, sequence, EndReason.STOP);
      } else if (sequence.tell(token)) {
        finish(slot, sequence, EndReason.LENGTH);
      }
    } catch (RuntimeException | Error e) {
      failAlone(slot, sequence, e);
    }
  }

  private void finish(int slot, Sequence sequence, EndReason reason) {
    slots.free(slot, sequence.content());
    sequence.finish(reason);
  }

  private void failAlone(int slot, Sequence sequence, Throwable cause) {
    log.error("a generation failed after {} tokens", sequence.tokens(), cause);
    if (slots.has(slot, sequence)) {
      slots.free(slot, SlotTable.NOTHING);
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
}
