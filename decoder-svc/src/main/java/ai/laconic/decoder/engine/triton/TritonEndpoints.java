package ai.laconic.decoder.engine.triton;

import ai.laconic.decoder.engine.EngineLoad;
import ai.laconic.servicekit.error.Problems;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * All servers. How many generations come is bounded before they come; a server that has more than
 * slots lets them wait in its own queue.
 */
final class TritonEndpoints {
  private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

  private final List<TritonEndpoint> endpoints;
  private final int slots;
  private final AtomicInteger turn = new AtomicInteger();

  /**
   * @param slots of each
   */
  TritonEndpoints(List<TritonEndpoint> endpoints, int slots) {
    this.endpoints = List.copyOf(endpoints);
    this.slots = slots;
  }

  /** Asks all how they are. Returns at once. */
  void ask() {
    endpoints.forEach(endpoint -> endpoint.health().ask());
  }

  /** Returns how many take generations now. */
  int ready() {
    return (int) endpoints.stream().filter(endpoint -> endpoint.health().ready()).count();
  }

  /**
   * Fails as {@link #enter()} would.
   *
   * @throws io.grpc.StatusRuntimeException UNAVAILABLE
   */
  void checkAvailable() {
    if (ready() == 0) {
      throw unavailable();
    }
  }

  /**
   * Counts a generation at the best, until it leaves.
   *
   * @throws io.grpc.StatusRuntimeException UNAVAILABLE if none is ready
   */
  TritonEndpoint enter() {
    return enter(Set.of()).orElseThrow(this::unavailable);
  }

  /** Counts a generation at the best of those that weren't tried, if there is one. */
  Optional<TritonEndpoint> enter(Collection<TritonEndpoint> tried) {
    List<EndpointState> states =
        endpoints.stream().map(endpoint -> endpoint.state(tried.contains(endpoint))).toList();
    OptionalInt best = FewestInFlight.choose(states, turn.getAndIncrement());
    if (best.isEmpty()) {
      return Optional.empty();
    }
    TritonEndpoint endpoint = endpoints.get(best.getAsInt());
    endpoint.enter();
    return Optional.of(endpoint);
  }

  private StatusRuntimeException unavailable() {
    return Problems.unavailable(
        "engine",
        "triton: 0 of " + endpoints.size() + " servers ready (expected: 1 or more)",
        RETRY_AFTER);
  }

  EngineLoad load() {
    int running = 0;
    int waiting = 0;
    for (TritonEndpoint endpoint : endpoints) {
      int now = endpoint.inFlight();
      running += Math.min(now, slots);
      waiting += Math.max(0, now - slots);
    }
    return new EngineLoad(running, waiting);
  }

  /** Stops asking; waits as long as unloading takes where that is wanted, seconds at most. */
  void close() {
    CompletableFuture<?>[] unloaded =
        endpoints.stream()
            .map(endpoint -> endpoint.health().close())
            .toArray(CompletableFuture<?>[]::new);
    CompletableFuture.allOf(unloaded).join();
  }
}
