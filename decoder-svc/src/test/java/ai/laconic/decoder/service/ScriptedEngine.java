package ai.laconic.decoder.service;

import ai.laconic.decoder.engine.DecodeTask;
import ai.laconic.decoder.engine.DecoderEngine;
import ai.laconic.decoder.engine.EndReason;
import ai.laconic.decoder.engine.EngineInfo;
import ai.laconic.decoder.engine.EngineLoad;
import ai.laconic.decoder.engine.EngineProblems;
import ai.laconic.decoder.engine.EngineRequest;
import ai.laconic.decoder.engine.Generation;
import ai.laconic.decoder.engine.Token;
import ai.laconic.decoder.engine.TokenListener;
import io.grpc.StatusRuntimeException;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/** Says the same to everyone, whatever is asked, at once or when it is told to. */
final class ScriptedEngine implements DecoderEngine {
  private final EngineInfo info;
  final AtomicInteger cancels = new AtomicInteger();
  volatile boolean scores = true;
  volatile int[] says = {};
  volatile EndReason reason = EndReason.STOP;
  volatile Optional<StatusRuntimeException> problem = Optional.empty();

  /** Whether the memory for what is submitted isn't there. */
  volatile boolean outOfMemory;

  /** Whether generations say nothing until {@link #release}. */
  volatile boolean holds;

  /** What is held. */
  final Queue<Runnable> held = new ConcurrentLinkedQueue<>();

  ScriptedEngine(EngineInfo info) {
    this.info = info;
  }

  @Override
  public EngineInfo info() {
    return info;
  }

  @Override
  public void checkAvailable() {}

  @Override
  public void checkScores() {
    if (!scores) {
      throw EngineProblems.noScores("scripted");
    }
  }

  @Override
  public Generation submit(EngineRequest request, TokenListener listener) {
    if (outOfMemory) {
      throw new OutOfMemoryError("Java heap space");
    }
    listener.seated(0);
    Runnable saying = () -> say(request, listener);
    if (holds) {
      held.add(saying);
    } else {
      saying.run();
    }
    return () -> {
      cancels.incrementAndGet();
      if (held.remove(saying)) {
        listener.failed(EngineProblems.cancelled(0));
      }
    };
  }

  private void say(EngineRequest request, TokenListener listener) {
    boolean scoring = request.task() instanceof DecodeTask.Score;
    for (int i = 0; i < says.length; i++) {
      listener.token(new Token(says[i], scoring ? new Token.Score(-i, i % 2 == 0) : null));
    }
    problem.ifPresentOrElse(listener::failed, () -> listener.finished(reason));
  }

  /** Lets the generation speak that is held longest. */
  void release() {
    held.remove().run();
  }

  @Override
  public EngineLoad load() {
    return new EngineLoad(held.size(), 0);
  }

  @Override
  public boolean ready() {
    return true;
  }

  @Override
  public void close() {}
}
