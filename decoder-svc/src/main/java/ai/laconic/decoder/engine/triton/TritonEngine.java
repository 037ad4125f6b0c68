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
import ai.laconic.inference.GRPCInferenceServiceGrpc;
import ai.laconic.inference.GRPCInferenceServiceGrpc.GRPCInferenceServiceStub;
import ai.laconic.inference.ModelInferRequest;
import io.grpc.Channel;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** Sends generations to a Triton model over one channel, each as an RPC of its own. */
final class TritonEngine implements DecoderEngine {
  private final GRPCInferenceServiceStub triton;
  private final TritonReadiness readiness;
  private final TritonSettings settings;
  private final EngineInfo info;
  private final TritonRequests requests;
  private final ScheduledExecutorService timer;
  private final InstantSource clock;
  private final Set<TritonGeneration> inFlight = ConcurrentHashMap.newKeySet();
  private final AtomicInteger admitted = new AtomicInteger();

  /** Most generations at once, those that Triton lets wait included. */
  private final int limit;

  private final AtomicLong lastId = new AtomicLong();
  private volatile boolean closed;

  TritonEngine(
      Channel channel,
      TritonReadiness readiness,
      TritonSettings settings,
      EngineInfo info,
      ScheduledExecutorService timer,
      InstantSource clock) {
    this.triton = GRPCInferenceServiceGrpc.newStub(channel);
    this.readiness = readiness;
    this.settings = settings;
    this.info = info;
    this.limit = info.slots() + settings.queueLimit();
    this.requests =
        new TritonRequests(settings.modelName(), settings.modelVersion(), info.latentWidth());
    this.timer = timer;
    this.clock = clock;
  }

  @Override
  public EngineInfo info() {
    return info;
  }

  @Override
  public Generation generate(GenerationRequest request, TokenListener listener) {
    info.check(request);
    admit();
    String id = Long.toString(lastId.incrementAndGet());
    TritonGeneration generation =
        new TritonGeneration(
            listener,
            new TritonResponses(id, info.vocabularySize(), request.maxTokens()),
            new PauseWatch(timer, settings.pauseLimit()),
            this::leave);
    inFlight.add(generation);
    send(requests.write(id, request), timeLeft(request.deadline()), generation);
    if (closed) {
      generation.close();
    }
    return generation;
  }

  @Override
  public boolean scores() {
    return false;
  }

  @Override
  public Generation score(ScoringRequest request, ScoreListener scores, TokenListener listener) {
    throw EngineProblems.noScores("triton");
  }

  @Override
  public void checkRoom() {
    if (closed) {
      throw EngineProblems.closing(0);
    }
    if (admitted.get() >= limit) {
      throw EngineProblems.queueFull(settings.queueLimit(), settings.queueLimit());
    }
  }

  private void admit() {
    checkRoom();
    if (admitted.incrementAndGet() > limit) {
      admitted.decrementAndGet();
      throw EngineProblems.queueFull(settings.queueLimit(), settings.queueLimit());
    }
  }

  private void leave(TritonGeneration generation) {
    if (inFlight.remove(generation)) {
      admitted.decrementAndGet();
    }
  }

  private void send(ModelInferRequest request, Duration timeLeft, TritonGeneration generation) {
    StreamObserver<ModelInferRequest> call =
        triton.withDeadlineAfter(timeLeft).modelStreamInfer(generation);
    try {
      call.onNext(request);
      call.onCompleted();
    } catch (IllegalStateException endedBefore) {
      // Its listener knows why.
      generation.onError(endedBefore);
    }
  }

  private Duration timeLeft(Instant deadline) {
    Instant now = clock.instant();
    Instant latest = now.plus(settings.timeout());
    return Duration.between(now, deadline.isBefore(latest) ? deadline : latest);
  }

  @Override
  public EngineLoad load() {
    int now = admitted.get();
    int running = Math.min(now, info.slots());
    return new EngineLoad(running, now - running);
  }

  @Override
  public boolean ready() {
    return !closed && readiness.ready();
  }

  @Override
  public void close() {
    closed = true;
    inFlight.forEach(TritonGeneration::close);
  }
}
