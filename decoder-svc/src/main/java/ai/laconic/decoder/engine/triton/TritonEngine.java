package ai.laconic.decoder.engine.triton;

import ai.laconic.decoder.engine.DecodeTask;
import ai.laconic.decoder.engine.DecoderEngine;
import ai.laconic.decoder.engine.EngineInfo;
import ai.laconic.decoder.engine.EngineLoad;
import ai.laconic.decoder.engine.EngineProblems;
import ai.laconic.decoder.engine.EngineRequest;
import ai.laconic.decoder.engine.Generation;
import ai.laconic.decoder.engine.TokenListener;
import java.time.Instant;
import java.time.InstantSource;
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
  private final SilenceLimits silence;
  private final InstantSource clock;
  private final Future<?> watching;
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
      ScheduledExecutorService timer,
      InstantSource clock) {
    this.endpoints = endpoints;
    this.attempts = attempts;
    this.info = info;
    this.silence = new SilenceLimits(settings.stallLimit(), settings.firstTokenLimit());
    this.clock = clock;
    this.watching =
        timer.scheduleWithFixedDelay(
            this::watch, 0, settings.healthInterval().toNanos(), TimeUnit.NANOSECONDS);
  }

  /** Asks the servers how they are, and ends what waits in vain for one of them. */
  private void watch() {
    try {
      endpoints.ask();
      Instant now = clock.instant();
      inFlight.forEach(generation -> generation.watch(now));
    } catch (RuntimeException | Error e) {
      // Thrown on, it would end the schedule.
      log.error("triton could not be asked how it is", e);
    }
  }

  @Override
  public EngineInfo info() {
    return info;
  }

  @Override
  public Generation submit(EngineRequest request, TokenListener listener) {
    if (!(request.task() instanceof DecodeTask.Generate generate)) {
      throw EngineProblems.noScores("triton");
    }
    info.check(request);
    checkOpen();
    endpoints.checkAvailable();
    TritonGeneration generation =
        new TritonGeneration(
            endpoints,
            attempts,
            request,
            generate,
            attempts.end(request.deadline()),
            silence,
            listener,
            inFlight::remove);
    inFlight.add(generation);
    try {
      request.latents().onArrival(generation::start);
      generation.start();
    } catch (RuntimeException | Error e) {
      inFlight.remove(generation);
      throw e;
    }
    if (closed) {
      generation.close();
    }
    // Its servers read a prompt whole, whatever they keep.
    listener.seated(0);
    return generation;
  }

  @Override
  public void checkScores() {
    throw EngineProblems.noScores("triton");
  }

  @Override
  public void checkAvailable() {
    checkOpen();
    endpoints.checkAvailable();
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
    watching.cancel(false);
    inFlight.forEach(TritonGeneration::close);
    endpoints.close();
  }
}
