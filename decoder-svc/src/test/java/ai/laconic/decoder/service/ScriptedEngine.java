package ai.laconic.decoder.service;

import ai.laconic.decoder.engine.DecoderEngine;
import ai.laconic.decoder.engine.EndReason;
import ai.laconic.decoder.engine.EngineInfo;
import ai.laconic.decoder.engine.EngineLoad;
import ai.laconic.decoder.engine.EngineProblems;
import ai.laconic.decoder.engine.Generation;
import ai.laconic.decoder.engine.GenerationRequest;
import ai.laconic.decoder.engine.ScoreListener;
import ai.laconic.decoder.engine.ScoringRequest;
import ai.laconic.decoder.engine.TokenListener;
import io.grpc.StatusRuntimeException;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/** Says the same to everyone, whatever is asked. */
final class ScriptedEngine implements DecoderEngine {
  private final EngineInfo info;
  final AtomicInteger cancels = new AtomicInteger();
  volatile boolean scores = true;
  volatile int[] says = {};
  volatile EndReason reason = EndReason.STOP;
  volatile Optional<StatusRuntimeException> problem = Optional.empty();

  ScriptedEngine(EngineInfo info) {
    this.info = info;
  }

  @Override
  public EngineInfo info() {
    return info;
  }

  @Override
  public void checkRoom() {}

  @Override
  public Generation generate(GenerationRequest request, TokenListener listener) {
    for (int token : says) {
      listener.token(token);
    }
    problem.ifPresentOrElse(listener::failed, () -> listener.finished(reason));
    return generation();
  }

  private Generation generation() {
    return new Generation() {
      @Override
      public void cancel() {
        cancels.incrementAndGet();
      }

      @Override
      public void resume() {}
    };
  }

  @Override
  public void checkScores() {
    if (!scores) {
      throw EngineProblems.noScores("scripted");
    }
  }

  @Override
  public Generation score(ScoringRequest request, ScoreListener scores, TokenListener listener) {
    int index = 0;
    for (int token : says) {
      scores.scored(index, -index, index % 2 == 0);
      index++;
      listener.token(token);
    }
    problem.ifPresentOrElse(listener::failed, () -> listener.finished(reason));
    return generation();
  }

  @Override
  public EngineLoad load() {
    return new EngineLoad(0, 0);
  }

  @Override
  public boolean ready() {
    return true;
  }

  @Override
  public void close() {}
}
