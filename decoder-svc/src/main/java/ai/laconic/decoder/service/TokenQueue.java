package ai.laconic.decoder.service;

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
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.Queue;
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
  private final Permit slot;
  private final Permit latents;
  private final Context context = Context.current();
  private final Context.CancellationListener onCancel = ended -> change(() -> {});
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Queue<Token> tokens = new ArrayDeque<>();
  private @Nullable EndReason reason;
  private @Nullable StatusRuntimeException problem;
  private @Nullable Generation generation;

  /**
   * @param slot given back as soon as the engine is done with the generation
   * @param latents given back as soon as the engine has read the prompt
   */
  TokenQueue(Permit slot, Permit latents) {
    this.slot = slot;
    this.latents = latents;
    context.addListener(onCancel, Runnable::run);
  }

  /** Starts the generation that fills this queue. */
  void start(DecoderEngine engine, EngineRequest request) {
    generation = engine.submit(request, this);
  }

  /**
   * Waits for the next token; empty after the last.
   *
   * @throws StatusRuntimeException why the generation failed, or CANCELLED if the call ended
   */
  Optional<Token> next() throws InterruptedException {
    lock.lock();
    try {
      while (tokens.isEmpty() && reason == null && problem == null && !context.isCancelled()) {
        changed.await();
      }
      if (context.isCancelled()) {
        throw Problems.ended(context, "early");
      }
      Token token = tokens.poll();
      if (token == null && problem != null) {
        throw problem;
      }
      return Optional.ofNullable(token);
    } finally {
      lock.unlock();
    }
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
  public void token(Token token) {
    // The engine let go of the latents before it said anything.
    latents.close();
    change(() -> tokens.add(token));
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

  @Override
  public void close() {
    context.removeListener(onCancel);
    if (generation != null) {
      generation.cancel();
    }
  }

  private void giveBack() {
    latents.close();
    slot.close();
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
