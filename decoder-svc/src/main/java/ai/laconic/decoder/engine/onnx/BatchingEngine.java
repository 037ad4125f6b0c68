package ai.laconic.decoder.engine.onnx;

import ai.laconic.decoder.engine.DecoderEngine;
import ai.laconic.decoder.engine.EngineInfo;
import ai.laconic.decoder.engine.EngineLoad;
import ai.laconic.decoder.engine.EngineProblems;
import ai.laconic.decoder.engine.Generation;
import ai.laconic.decoder.engine.GenerationRequest;
import ai.laconic.decoder.engine.ScoreListener;
import ai.laconic.decoder.engine.ScoringRequest;
import ai.laconic.decoder.engine.TokenListener;
import ai.laconic.servicekit.error.Problems;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs a scheduler in a thread of its own, the only one that touches the batch. */
final class BatchingEngine implements DecoderEngine {
  private static final Logger log = LoggerFactory.getLogger(BatchingEngine.class);

  /** How often deadlines and pauses are looked at while there is nothing to compute. */
  private static final Duration LOOK = Duration.ofMillis(20);

  private final DecoderBatch batch;
  private final EngineInfo info;
  private final WaitingRoom room;
  private final Scheduler scheduler;
  private final Set<Integer> endIds;
  private final Thread thread;

  BatchingEngine(DecoderBatch batch, BatchingSettings settings, InstantSource clock) {
    this.batch = batch;
    this.info =
        new EngineInfo(
            batch.slots(),
            batch.maxPositions(),
            settings.latentWidth(),
            batch.vocabularySize(),
            batch.placeholderId());
    this.endIds = settings.endIds();
    this.room = new WaitingRoom(settings.queueLimit());
    this.scheduler = new Scheduler(batch, settings, room, clock);
    this.thread = new Thread(this::run, "decoder-loop");
    thread.setDaemon(true);
  }

  BatchingEngine start() {
    thread.start();
    return this;
  }

  @Override
  public EngineInfo info() {
    return info;
  }

  @Override
  public void checkRoom() {
    room.check();
  }

  @Override
  public Generation generate(GenerationRequest request, TokenListener listener) {
    info.check(request);
    TokenChooser chooser = new SampledTokens(request.sampling(), endIds);
    return enter(
        new Sequence(
            request.prompt(),
            chooser,
            request.maxTokens(),
            request.deadline(),
            listener,
            room::wake));
  }

  @Override
  public void checkScores() {}

  @Override
  public Generation score(ScoringRequest request, ScoreListener scores, TokenListener listener) {
    info.check(request);
    TokenChooser chooser = new ForcedTokens(request.continuation(), scores);
    return enter(
        new Sequence(
            request.prompt(),
            chooser,
            request.continuation().length,
            request.deadline(),
            listener,
            room::wake));
  }

  private Sequence enter(Sequence sequence) {
    room.enter(sequence);
    return sequence;
  }

  @Override
  public EngineLoad load() {
    return new EngineLoad(scheduler.running(), room.size());
  }

  @Override
  public boolean ready() {
    return thread.isAlive() && !room.closed();
  }

  private void run() {
    try {
      while (!room.closed()) {
        if (!scheduler.round()) {
          room.await(scheduler.idle() ? null : LOOK);
        }
      }
    } catch (InterruptedException asked) {
      log.info("interrupted, closing");
    } catch (RuntimeException | Error e) {
      log.error("the decoder's loop failed, nothing can be decoded any more", e);
      room.close();
      scheduler.failAll(tokens -> Problems.of(e));
    } finally {
      room.close();
      // Nobody else may free what this thread computes with.
      scheduler.failAll(EngineProblems::closing);
      batch.close();
    }
  }

  @Override
  public void close() {
    room.close();
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        // A step takes seconds at most, and freeing its memory under it would end the process.
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
