package ai.laconic.decoder.engine.triton;

import ai.laconic.decoder.engine.DecoderEngine;
import ai.laconic.decoder.engine.EngineInfo;
import ai.laconic.decoder.engine.EngineLoad;
import ai.laconic.decoder.engine.EngineProblems;
import ai.laconic.decoder.engine.Generation;
import ai.laconic.decoder.engine.GenerationRequest;
import ai.laconic.decoder.engine.ScoreListener;
import ai.laconic.decoder.engine.ScoringRequest;
import ai.laconic.decoder.engine.TokenListener;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Sends generations to the servers of one model, each as an RPC of its own. */
final class TritonEngine implements DecoderEngine {
  private static final Logger log = LoggerFactory.getLogger(TritonEngine.class);

  private final TritonEndpoints endpoints;
  private final TritonAttempts attempts;
  private final EngineInfo info;
  private final Duration pauseLimit;
  private final Duration stallLimit;
  private final ScheduledExecutorService timer;
  private final Future<?> asking;
  private final Set<TritonGeneration> inFlight = ConcurrentHashMap.newKeySet();
  private volatile boolean closed;

  /**
   * @param info of all servers together
   * @param timer never held up
   */
  TritonEngine(
      TritonEndpoints endpoints,
      TritonAttempts attempts,
      TritonSettings settings,
      EngineInfo info,
      ScheduledExecutorService timer) {
    this.endpoints = endpoints;
    this.attempts = attempts;
    this.info = info;
    this.pauseLimit = settings.pauseLimit();
    this.stallLimit = settings.stallLimit();
    this.timer = timer;
    this.asking =
        timer.scheduleWithFixedDelay(
            () -> ask(endpoints), 0, settings.healthInterval().toNanos(), TimeUnit.NANOSECONDS);
  }

  private static void ask(TritonEndpoints endpoints) {
    try {
      endpoints.ask();
    } catch (RuntimeException e) {
      // Thrown on, it would end the schedule.
      log.error("triton could not be asked how it is", e);
    }
  }

  @Override
  public EngineInfo info() {
    return info;
  }

  @Override
  public Generation generate(GenerationRequest request, TokenListener listener) {
    info.check(request);
    checkOpen();
    TritonEndpoint endpoint = endpoints.enter();
    TritonGeneration generation =
        new TritonGeneration(
            endpoints,
            attempts,
            request,
            listener,
            new WaitWatch(timer, pauseLimit),
            new WaitWatch(timer, stallLimit),
            inFlight::remove);
    inFlight.add(generation);
    try {
      generation.start(request, endpoint);
    } catch (RuntimeException e) {
      inFlight.remove(generation);
      throw e;
    }
    if (closed) {
      generation.close();
    }
    return generation;
  }

  @Override
  public void checkScores() {
    throw EngineProblems.noScores("triton");
  }

  @Override
  public Generation score(ScoringRequest request, ScoreListener scores, TokenListener listener) {
    throw EngineProblems.noScores("triton");
  }

  @Override
  public void checkRoom() {
    checkOpen();
    endpoints.checkRoom();
  }

  private void checkOpen() {
    if (closed) {
      throw EngineProblems.closing(0);
    }
  }

  @Override
  public EngineLoad load() {
    return endpoints.load();
  }

  @Override
  public boolean ready() {
    return readyServers() > 0;
  }

  /** Returns how many servers take generations now. */
  int readyServers() {
    return closed ? 0 : endpoints.ready();
  }

  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    asking.cancel(false);
    inFlight.forEach(TritonGeneration::close);
    endpoints.close();
  }
}
