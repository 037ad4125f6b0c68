package ai.laconic.decoder.service;

import ai.laconic.decoder.engine.EndReason;
import ai.laconic.decoder.engine.Generation;
import ai.laconic.decoder.engine.TokenListener;
import io.grpc.Context;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.ArrayDeque;
import java.util.OptionalInt;
import java.util.Queue;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Tokens on their way from the engine's thread to the call's. The call's thread makes it, reads it
 * and closes it; closing it cancels the generation.
 */
final class TokenQueue implements TokenListener, AutoCloseable {
  private final int capacity;
  private final Consumer<StatusRuntimeException> abandon;
  private final Context context = Context.current();
  private final Context.CancellationListener onCancel = ended -> contextEnded();
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Queue<Integer> tokens = new ArrayDeque<>();
  private @Nullable EndReason reason;
  private @Nullable StatusRuntimeException problem;

  /** Whether the engine may have seen it full. */
  private boolean filled;

  private @Nullable Generation generation;

  /**
   * @param capacity tokens from which on the engine should wait
   * @param abandon ends the call if the generation fails while nobody reads
   */
  TokenQueue(int capacity, Consumer<StatusRuntimeException> abandon) {
    this.capacity = capacity;
    this.abandon = abandon;
    context.addListener(onCancel, Runnable::run);
  }

  /** Starts the generation that fills this queue. */
  void start(Supplier<Generation> start) {
    generation = start.get();
  }

  /**
   * Waits for the next token; empty after the last.
   *
   * @throws StatusRuntimeException why the generation failed, or CANCELLED if the call ended
   */
  OptionalInt next() throws InterruptedException {
    Integer token;
    boolean hasRoomAgain = false;
    lock.lock();
    try {
      while (tokens.isEmpty() && reason == null && problem == null && !context.isCancelled()) {
        changed.await();
      }
      if (context.isCancelled()) {
        throw Status.CANCELLED.withDescription("call: ended early").asRuntimeException();
      }
      token = tokens.poll();
      if (token == null && problem != null) {
        throw problem;
      }
      if (filled && tokens.size() <= capacity / 2) {
        filled = false;
        hasRoomAgain = true;
      }
    } finally {
      lock.unlock();
    }
    if (hasRoomAgain && generation != null) {
      generation.resume();
    }
    return token == null ? OptionalInt.empty() : OptionalInt.of(token);
  }

  /** Returns why the answer is complete, once {@link #next} was empty. */
  EndReason reason() {
    lock.lock();
    try {
      if (reason == null) {
        throw new IllegalStateException("reason: none yet (expected: a finished generation)");
      }
      return reason;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public boolean ready() {
    lock.lock();
    try {
      filled = filled || tokens.size() >= capacity;
      return !filled;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void token(int id) {
    change(() -> tokens.add(id));
  }

  @Override
  public void finished(EndReason why) {
    change(() -> reason = why);
  }

  @Override
  public void failed(StatusRuntimeException why) {
    boolean nobodyReads;
    lock.lock();
    try {
      problem = why;
      changed.signalAll();
      nobodyReads = filled;
    } finally {
      lock.unlock();
    }
    if (nobodyReads) {
      abandon.accept(why);
    }
  }

  @Override
  public void close() {
    context.removeListener(onCancel);
    if (generation != null) {
      generation.cancel();
    }
  }

  private void contextEnded() {
    change(() -> {});
  }

  private void change(Runnable update) {
    lock.lock();
    try {
      update.run();
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }
}
