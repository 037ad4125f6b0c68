package ai.laconic.decoder.engine.onnx;

import ai.laconic.decoder.engine.EngineProblems;
import ai.laconic.servicekit.tenant.TenantId;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.List;
import java.util.Queue;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Where generations wait for a slot, and the scheduler's thread for a generation. Has no bound of
 * its own: whoever submits has one.
 */
final class SubmissionQueue {
  private final Queue<Sequence> waiting = new ArrayDeque<>();
  private boolean changed;
  private boolean closed;

  /**
   * Adds one.
   *
   * @throws io.grpc.StatusRuntimeException UNAVAILABLE if it is closed
   */
  synchronized void add(Sequence sequence) {
    checkOpen();
    waiting.add(sequence);
    wake();
  }

  /** Has the scheduler's thread look again: latents arrived, or a generation was cancelled. */
  synchronized void wake() {
    changed = true;
    notifyAll();
  }

  /** Fails as {@link #add} would. */
  synchronized void checkOpen() {
    if (closed) {
      throw EngineProblems.closing(0);
    }
  }

  /**
   * Takes out the first of a tenant that has the least running, or null: whoever has a slot's worth
   * of prompts prepared ahead doesn't keep another from its turn.
   *
   * @param running how many a tenant has in slots
   */
  synchronized @Nullable Sequence next(ToLongFunction<TenantId> running) {
    Sequence next =
        waiting.stream()
            .min(Comparator.comparingLong(sequence -> running.applyAsLong(sequence.tenant())))
            .orElse(null);
    waiting.remove(next);
    return next;
  }

  /** Takes out all that {@code leaves} names. */
  synchronized List<Sequence> remove(Predicate<Sequence> leaves) {
    List<Sequence> removed = waiting.stream().filter(leaves).toList();
    waiting.removeAll(removed);
    return removed;
  }

  synchronized int size() {
    return waiting.size();
  }

  /** Waits until one was added, or something else happened since the last time. */
  synchronized void await() throws InterruptedException {
    while (!changed && !closed) {
      wait();
    }
    changed = false;
  }

  /** Takes nothing any more; what waits stays. */
  synchronized void close() {
    closed = true;
    notifyAll();
  }

  synchronized boolean closed() {
    return closed;
  }
}
