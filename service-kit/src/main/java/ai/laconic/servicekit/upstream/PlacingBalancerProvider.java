package ai.laconic.servicekit.upstream;

import io.grpc.LoadBalancer;
import io.grpc.LoadBalancerProvider;

/** Makes the balancers that place calls. It has no config. */
public final class PlacingBalancerProvider extends LoadBalancerProvider {
  static final String POLICY = "laconic_placing";

  @Override
  public boolean isAvailable() {
    return true;
  }

  @Override
  public int getPriority() {
    return 5;
  }

  @Override
  public String getPolicyName() {
    return POLICY;
  }

  @Override
  public LoadBalancer newLoadBalancer(LoadBalancer.Helper helper) {
    return new PlacingBalancer(helper);
  }
}
