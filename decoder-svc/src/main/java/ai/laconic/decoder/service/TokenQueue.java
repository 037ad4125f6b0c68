package ai.laconic.decoder.service;

import static java.util.concurrent.TimeUnit.NANOSECONDS;

import ai.laconic.decoder.engine.DecoderEngine;
import ai.laconic.decoder.engine.EndReason;
import ai.laconic.decoder.engine.EngineRequest;
import ai.laconic.decoder.engine.Generation;
import ai.laconic.decoder.engine.Token;
import ai.laconic.decoder.engine.TokenListener;
import ai.laconic.servicekit.admission.Permit;
import ai.laconic.servicekit.error.Problems;
import io.grpc.Context;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Tokens on their way from the engine's thread to the call's. Takes a whole answer, some 30 bytes
 * for each token, so that the engine never waits: the permits go back when the engine is done, even
 * if nobody has read a token. The call's thread makes it, reads it and closes it; closing it
 * cancels the generation.
 */
final class TokenQueue implements TokenListener, AutoCloseable {
  private static final int NOT_SEATED = -1;

  private final Permit slot;
  private final long delay;
  private final Context context = Context.current();
  private final Context.CancellationListener onCancel = ended -> change(() -> {});
  private final ReentrantLock lock = new ReentrantLock();

  /** Something came after nothing was there. */
  private final Condition arrived = lock.newCondition();

  /** No more tokens come, or nobody wants them. */
  private final Condition over = lock.newCondition();

  private final List<Token> tokens = new ArrayList<>();
  private Permit latents = () -> {};
  private boolean promptRead;
  private int cached = NOT_SEATED;
  private @Nullable EndReason reason;
  private @Nullable StatusRuntimeException problem;
  private @Nullable Generation generation;
  private long lastTaken;

  /**
   * @param slot given back as soon as the engine is done with the generation
   * @param delay longest that a token waits for those that follow, so that they travel together;
   *     the first one doesn't
   */
  TokenQueue(Permit slot, Duration delay) {
    this.slot = slot;
    this.delay = NANOSECONDS.convert(delay);
    this.lastTaken = System.nanoTime() - this.delay;
    context.addListener(onCancel, Runnable::run);
  }

  /** Starts the generation that fills this queue. */
  void start(DecoderEngine engine, EngineRequest request) {
    generation = engine.submit(request, this);
  }

  /**
   * Waits for the engine's slot and returns how many positions of the prompt are held there.
   *
   * @throws StatusRuntimeException why the generation failed, or CANCELLED if the call ended
   */
  int cached() throws InterruptedException {
    lock.lock();
    try {
      while (cached == NOT_SEATED && !isOver()) {
        arrived.await();
      }
      checkNotFailed();
      return cached;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Says what is given back as soon as the engine has read the prompt.
   *
   * @param permit for the memory of its latents
   */
  void latentsIn(Permit permit) {
    boolean read;
    lock.lock();
    try {
      latents = permit;
      read = promptRead;
    } finally {
      lock.unlock();
    }
    if (read) {
      permit.close();
    }
  }

  /**
   * Waits for more tokens and returns all that came; none after the last.
   *
   * @throws StatusRuntimeException why the generation failed, or CANCELLED if the call ended
   */
  List<Token> next() throws InterruptedException {
    lock.lock();
    try {
      while (tokens.isEmpty() && !isOver()) {
        arrived.await();
      }
      long left = lastTaken + delay - System.nanoTime();
      while (left > 0 && !isOver()) {
        left = over.awaitNanos(left);
      }
      if (tokens.isEmpty() || context.isCancelled()) {
        checkNotFailed();
      }
      List<Token> taken = List.copyOf(tokens);
      tokens.clear();
      lastTaken = System.nanoTime();
      return taken;
    } finally {
      lock.unlock();
    }
  }

  private boolean isOver() {
    return reason != null || problem != null || context.isCancelled();
  }

  private void checkNotFailed() {
    if (context.isCancelled()) {
      throw Problems.ended(context, "early");
    }
    if (problem != null) {
      throw problem;
    }
  }

  /** Returns why the answer is complete, once {@link #next} returned none. */
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
  public void seated(int positions) {
    change(() -> cached = positions);
  }

  @Override
  public void token(Token token) {
    // The engine let go of the latents before it said anything.
    giveBackLatents();
    lock.lock();
    try {
      tokens.add(token);
      if (tokens.size() == 1) {
        arrived.signalAll();
      }
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void finished(EndReason why) {
    giveBack();
    change(() -> reason = why);
  }

  @Override
  public void failed(StatusRuntimeException why) {
    giveBack();
    change(() -> problem = why);
  }

  /** Ends the generation, should it still run: no more tokens are wanted. */
  void cancel() {
    if (generation != null) {
      generation.cancel();
    }
  }

  @Override
  public void close() {
    context.removeListener(onCancel);
    cancel();
  }

  private void giveBack() {
    giveBackLatents();
    slot.close();
  }

  private void giveBackLatents() {
    Permit read;
    lock.lock();
    try {
      promptRead = true;
      read = latents;
    } finally {
      lock.unlock();
    }
    read.close();
  }

  private void change(Runnable update) {
    lock.lock();
    try {
      update.run();
      arrived.signalAll();
      over.signalAll();
    } finally {
      lock.unlock();
    }
  }
}
