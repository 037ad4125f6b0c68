package ai.laconic.decoder.engine.triton;

import ai.laconic.decoder.engine.EngineLoad;
import ai.laconic.decoder.engine.EngineProblems;
import ai.laconic.servicekit.error.Problems;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * All servers. Each has as many places as it has slots and a queue; servers that aren't ready have
 * none, so that what is admitted here is what those can take that are there.
 */
final class TritonEndpoints {
  private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

  private final List<TritonEndpoint> endpoints;
  private final int slots;
  private final int queueLimit;
  private final AtomicInteger turn = new AtomicInteger();

  /**
   * @param slots of each
   * @param queueLimit of each
   */
  TritonEndpoints(List<TritonEndpoint> endpoints, int slots, int queueLimit) {
    this.endpoints = List.copyOf(endpoints);
    this.slots = slots;
    this.queueLimit = queueLimit;
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
   * @throws io.grpc.StatusRuntimeException UNAVAILABLE or RESOURCE_EXHAUSTED
   */
  void checkRoom() {
    if (FewestInFlight.choose(states(Set.of()), 0).isEmpty()) {
      int ready = ready();
      if (ready == 0) {
        throw Problems.unavailable(
            "engine",
            "triton: 0 of " + endpoints.size() + " servers ready (expected: 1 or more)",
            RETRY_AFTER);
      }
      throw EngineProblems.queueFull(ready * queueLimit, ready * queueLimit);
    }
  }

  /**
   * Takes a place at the best.
   *
   * @throws io.grpc.StatusRuntimeException UNAVAILABLE if none is ready, RESOURCE_EXHAUSTED if all
   *     that are have enough
   */
  TritonEndpoint enter() {
    Optional<TritonEndpoint> entered = enter(Set.of());
    while (entered.isEmpty()) {
      checkRoom();
      entered = enter(Set.of());
    }
    return entered.get();
  }

  /** Takes a place at the best of those that weren't tried, if there is one. */
  Optional<TritonEndpoint> enter(Collection<TritonEndpoint> tried) {
    int first = turn.getAndIncrement();
    while (true) {
      OptionalInt best = FewestInFlight.choose(states(tried), first);
      if (best.isEmpty()) {
        return Optional.empty();
      }
      TritonEndpoint endpoint = endpoints.get(best.getAsInt());
      if (endpoint.enter()) {
        return Optional.of(endpoint);
      }
    }
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

  private List<EndpointState> states(Collection<TritonEndpoint> tried) {
    return endpoints.stream().map(endpoint -> endpoint.state(tried.contains(endpoint))).toList();
  }
}
