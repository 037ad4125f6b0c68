package ai.laconic.decoder.engine.triton;

import ai.laconic.inference.GRPCInferenceServiceGrpc;
import ai.laconic.inference.GRPCInferenceServiceGrpc.GRPCInferenceServiceStub;
import io.grpc.Channel;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** One server: its channel, its health and the generations that it has from here. */
final class TritonEndpoint {
  private final String target;
  private final GRPCInferenceServiceStub triton;
  private final EndpointHealth health;
  private final AtomicInteger inFlight = new AtomicInteger();

  /**
   * @param target for the log
   * @param generations channel of generations
   */
  TritonEndpoint(String target, Channel generations, EndpointHealth health) {
    this.target = target;
    this.triton = GRPCInferenceServiceGrpc.newStub(generations);
    this.health = health;
  }

  EndpointHealth health() {
    return health;
  }

  /** Says how the model refused or failed a generation. */
  void failed(String message) {
    switch (TritonFailures.verdict(message)) {
      case BROKEN -> health.broken(message);
      case MISMATCHED -> health.mismatched(message);
      case FINE -> {}
    }
  }

  EndpointState state(boolean tried) {
    return new EndpointState(health.ready(), tried, inFlight.get());
  }

  int inFlight() {
    return inFlight.get();
  }

  /** Counts a generation, until {@link #leave}. */
  void enter() {
    inFlight.incrementAndGet();
  }

  void leave() {
    inFlight.decrementAndGet();
  }

  GRPCInferenceServiceStub within(Duration timeLeft) {
    return triton.withDeadlineAfter(timeLeft.toNanos(), TimeUnit.NANOSECONDS);
  }

  @Override
  public String toString() {
    return target;
  }
}
