package ai.laconic.servicekit.upstream;

import io.grpc.ConnectivityState;
import io.grpc.EquivalentAddressGroup;
import io.grpc.LoadBalancer;
import io.grpc.util.MultiChildLoadBalancer;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Connects to every replica and has a {@link ReplicaPicker} pick among those that are ready. What
 * makes one ready, its health and its ejection, is known by whoever stands around this.
 */
final class PlacingBalancer extends MultiChildLoadBalancer {
  PlacingBalancer(LoadBalancer.Helper helper) {
    super(helper);
  }

  /** Replicas are known by their addresses alone, in words that all callers use. */
  @Override
  protected Map<Object, ResolvedAddresses> createChildAddressesMap(ResolvedAddresses all) {
    Map<Object, ResolvedAddresses> named = new LinkedHashMap<>();
    for (ResolvedAddresses one : super.createChildAddressesMap(all).values()) {
      named.put(name(one.getAddresses()), one);
    }
    return named;
  }

  private static String name(List<EquivalentAddressGroup> replica) {
    return replica.stream()
        .flatMap(group -> group.getAddresses().stream())
        .map(PlacingBalancer::name)
        .sorted()
        .collect(Collectors.joining(","));
  }

  /** A resolved address also has the name that it was looked up by, which callers may differ in. */
  private static String name(SocketAddress address) {
    return address instanceof InetSocketAddress internet && !internet.isUnresolved()
        ? internet.getAddress().getHostAddress() + ":" + internet.getPort()
        : address.toString();
  }

  @Override
  protected ChildLbState createChildLbState(Object name) {
    return new Child(name);
  }

  private final class Child extends ChildLbState {
    private final String address;
    private final CallsInFlight calls = new CallsInFlight();

    Child(Object name) {
      super(name, pickFirstLbProvider);
      this.address = name.toString();
    }

    /** A connection that ends, as they do after a while, is opened again before a call needs it. */
    @Override
    protected ChildLbStateHelper createChildHelper() {
      return new ChildLbStateHelper() {
        @Override
        public void updateBalancingState(ConnectivityState state, SubchannelPicker picker) {
          super.updateBalancingState(state, picker);
          if (state == ConnectivityState.IDLE && !resolvingAddresses) {
            getLb().requestConnection();
          }
        }
      };
    }

    ReplicaPicker.Replica replica() {
      return new ReplicaPicker.Replica(address, getCurrentPicker(), calls);
    }
  }

  @Override
  protected void updateOverallBalancingState() {
    List<ReplicaPicker.Replica> ready =
        getReadyChildren().stream().map(child -> ((Child) child).replica()).toList();
    if (!ready.isEmpty()) {
      update(ConnectivityState.READY, new ReplicaPicker(ready));
    } else if (getChildLbStates().stream().allMatch(PlacingBalancer::failing)) {
      update(
          ConnectivityState.TRANSIENT_FAILURE,
          getChildLbStates().iterator().next().getCurrentPicker());
    } else {
      update(ConnectivityState.CONNECTING, new FixedResultPicker(PickResult.withNoResult()));
    }
  }

  private static boolean failing(ChildLbState child) {
    return child.getCurrentState() == ConnectivityState.TRANSIENT_FAILURE;
  }

  private void update(ConnectivityState state, SubchannelPicker picker) {
    currentConnectivityState = state;
    getHelper().updateBalancingState(state, picker);
  }
}
