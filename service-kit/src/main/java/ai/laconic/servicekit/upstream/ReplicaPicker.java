package ai.laconic.servicekit.upstream;

import io.grpc.CallOptions;
import io.grpc.LoadBalancer.PickResult;
import io.grpc.LoadBalancer.PickSubchannelArgs;
import io.grpc.LoadBalancer.SubchannelPicker;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * Picks the replica of a call: by its affinity if it has one, or else the less loaded of two.
 *
 * <p>A replica that fails at once looks idle, and an affinity leads to the same one each time. So
 * those that an attempt of this call went to before come after all others.
 */
final class ReplicaPicker extends SubchannelPicker {
  /**
   * A replica that takes calls.
   *
   * @param address the same for all callers
   * @param connection picks its connection
   */
  record Replica(String address, SubchannelPicker connection, CallsInFlight calls) {
    BoundedLoad.Candidate candidate() {
      return new BoundedLoad.Candidate(address, calls.count());
    }
  }

  private final List<Replica> replicas;

  /**
   * @param replicas at least one
   */
  ReplicaPicker(List<Replica> replicas) {
    this.replicas = List.copyOf(replicas);
  }

  @Override
  public PickResult pickSubchannel(PickSubchannelArgs args) {
    CallOptions options = args.getCallOptions();
    Set<String> tried = options.getOption(Placement.TRIED);
    Replica replica = choose(options.getOption(Placement.AFFINITY), untried(tried));
    PickResult picked = replica.connection().pickSubchannel(args);
    if (picked.getSubchannel() == null) {
      return picked;
    }
    if (tried != null) {
      tried.add(replica.address());
    }
    return picked.copyWithStreamTracerFactory(replica.calls());
  }

  private List<Replica> untried(@Nullable Set<String> tried) {
    if (tried == null || tried.isEmpty()) {
      return replicas;
    }
    List<Replica> untried =
        replicas.stream().filter(replica -> !tried.contains(replica.address())).toList();
    if (untried.isEmpty()) {
      tried.clear();
      return replicas;
    }
    return untried;
  }

  private static Replica choose(@Nullable Affinity affinity, List<Replica> candidates) {
    if (affinity == null) {
      return lessLoaded(any(candidates), any(candidates));
    }
    return candidates.get(
        BoundedLoad.choose(affinity, candidates.stream().map(Replica::candidate).toList()));
  }

  /** Maybe the same twice: one that fails at once must not take everything from a busy one. */
  private static Replica lessLoaded(Replica one, Replica other) {
    return other.calls().count() < one.calls().count() ? other : one;
  }

  private static Replica any(List<Replica> candidates) {
    return candidates.get(ThreadLocalRandom.current().nextInt(candidates.size()));
  }
}
