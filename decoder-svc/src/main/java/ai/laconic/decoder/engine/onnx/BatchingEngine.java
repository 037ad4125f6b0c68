package ai.laconic.decoder.engine.onnx;

import ai.laconic.decoder.engine.DecodeTask;
import ai.laconic.decoder.engine.DecoderEngine;
import ai.laconic.decoder.engine.EngineInfo;
import ai.laconic.decoder.engine.EngineLoad;
import ai.laconic.decoder.engine.EngineRequest;
import ai.laconic.decoder.engine.Generation;
import ai.laconic.decoder.engine.TokenListener;
import ai.laconic.servicekit.ProcessExit;
import java.time.InstantSource;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs a scheduler in a thread of its own, the only one that touches the batch. */
final class BatchingEngine implements DecoderEngine {
  private static final Logger log = LoggerFactory.getLogger(BatchingEngine.class);

  private final DecoderBatch batch;
  private final EngineInfo info;
  private final SubmissionQueue queue = new SubmissionQueue();
  private final Scheduler scheduler;
  private final Set<Integer> endIds;
  private final ProcessExit exit;
  private final Thread thread;

  /** Reached when the thread touches neither batch nor listeners any more. */
  private final CountDownLatch ended = new CountDownLatch(1);

  /**
   * @param exit ends the process, should the loop fail: nothing can be decoded any more
   */
  BatchingEngine(
      DecoderBatch batch, BatchingSettings settings, InstantSource clock, ProcessExit exit) {
    this.batch = batch;
    this.info =
        new EngineInfo(
            batch.slots(),
            batch.maxPositions(),
            settings.latentWidth(),
            batch.vocabularySize(),
            batch.placeholderId());
    this.endIds = settings.endIds();
    this.exit = exit;
    this.scheduler = new Scheduler(batch, settings, queue, clock);
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
  public void checkAvailable() {
    queue.checkOpen();
  }

  @Override
  public void checkScores() {}

  @Override
  public Generation submit(EngineRequest request, TokenListener listener) {
    info.check(request);
    Sequence sequence =
        new Sequence(request, chooser(request.task()), listener, scheduler::cancelled);
    request.latents().onArrival(queue::wake);
    queue.add(sequence);
    return sequence;
  }

  private TokenChooser chooser(DecodeTask task) {
    return task instanceof DecodeTask.Generate generate
        ? new SampledTokens(generate.sampling(), endIds)
        : new ForcedTokens(((DecodeTask.Score) task).continuation());
  }

  @Override
  public EngineLoad load() {
    return new EngineLoad(scheduler.running(), queue.size());
  }

  @Override
  public boolean ready() {
    return !queue.closed();
  }

  private void run() {
    @Nullable Throwable failure = null;
    try {
      while (!queue.closed()) {
        if (!scheduler.round()) {
          queue.await();
        }
      }
    } catch (InterruptedException | RuntimeException | Error e) {
      failure = e;
    } finally {
      end(failure);
    }
  }

  private void end(@Nullable Throwable failure) {
    try {
      queue.close();
      // Nobody else may free what this thread computes with.
      scheduler.failAll();
      batch.close();
    } finally {
      // Before the exit, which may well wait until the engine is closed.
      ended.countDown();
      if (failure != null) {
        log.error("the decoder's loop failed", failure);
        exit.exit("The decoder's loop failed, so nothing can be decoded any more: " + failure);
      }
    }
  }

  @Override
  public void close() {
    queue.close();
    scheduler.stop();
    boolean interrupted = false;
    while (ended.getCount() > 0) {
      try {
        ended.await();
      } catch (InterruptedException e) {
        // A run ends soon, and freeing its memory under it would end the process.
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
