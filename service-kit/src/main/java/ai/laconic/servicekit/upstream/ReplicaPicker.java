package ai.laconic.servicekit.upstream;

import io.grpc.CallOptions;
import io.grpc.LoadBalancer.PickResult;
import io.grpc.LoadBalancer.PickSubchannelArgs;
import io.grpc.LoadBalancer.Subchannel;
import io.grpc.LoadBalancer.SubchannelPicker;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Picks the replica of a call. One that fails at once looks idle, so without a memory of the call's
 * own attempts it would be picked again and again.
 */
final class ReplicaPicker extends SubchannelPicker {
  private static final int MOST_PICKS = 8;

  private static final CallOptions.Key<@Nullable Set<Subchannel>> TRIED =
      CallOptions.Key.create("laconic-replicas-tried");

  private final SubchannelPicker picker;

  ReplicaPicker(SubchannelPicker picker) {
    this.picker = picker;
  }

  /** Returns options of a call whose attempts know of each other. */
  static CallOptions remembering(CallOptions options) {
    return options.withOption(TRIED, ConcurrentHashMap.newKeySet());
  }

  @Override
  public PickResult pickSubchannel(PickSubchannelArgs args) {
    Set<Subchannel> tried = args.getCallOptions().getOption(TRIED);
    PickResult picked = picker.pickSubchannel(args);
    for (int i = 1; i < MOST_PICKS && isTried(tried, picked); i++) {
      picked = picker.pickSubchannel(args);
    }
    if (tried != null && picked.getSubchannel() != null) {
      tried.add(picked.getSubchannel());
    }
    return picked.getSubchannel() == null || picked.getStreamTracerFactory() == null
        ? picked
        : PickResult.withSubchannel(
            picked.getSubchannel(), new OwnFaultsTracers(picked.getStreamTracerFactory()));
  }

  private static boolean isTried(@Nullable Set<Subchannel> tried, PickResult picked) {
    return tried != null
        && picked.getSubchannel() != null
        && tried.contains(picked.getSubchannel());
  }
}
