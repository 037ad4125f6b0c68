package ai.laconic.servicekit.upstream;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptors;
import io.grpc.ConnectivityState;
import io.grpc.Context;
import io.grpc.LoadBalancer;
import io.grpc.LoadBalancer.CreateSubchannelArgs;
import io.grpc.LoadBalancer.PickResult;
import io.grpc.LoadBalancer.PickSubchannelArgs;
import io.grpc.LoadBalancer.Subchannel;
import io.grpc.LoadBalancer.SubchannelPicker;
import io.grpc.LoadBalancerProvider;
import io.grpc.MethodDescriptor;
import io.grpc.NameResolver.ConfigOrError;
import io.grpc.protobuf.services.HealthCheckingLoadBalancerUtil;
import io.grpc.util.ForwardingLoadBalancerHelper;
import io.grpc.util.ForwardingSubchannel;
import io.grpc.util.OutlierDetectionLoadBalancerProvider;
import java.util.Map;

/**
 * gRPC's outlier detection with two things added: replicas are health-checked, and what a call's
 * caller did isn't counted against the replica. Its config is that of outlier detection.
 */
public final class ReplicaBalancerProvider extends LoadBalancerProvider {
  static final String POLICY = "laconic_replicas";

  private final LoadBalancerProvider outlierDetection = new OutlierDetectionLoadBalancerProvider();

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
  public ConfigOrError parseLoadBalancingPolicyConfig(Map<String, ?> config) {
    return outlierDetection.parseLoadBalancingPolicyConfig(config);
  }

  @Override
  public LoadBalancer newLoadBalancer(LoadBalancer.Helper helper) {
    return HealthCheckingLoadBalancerUtil.newHealthCheckingLoadBalancer(
        new LoadBalancer.Factory() {
          @Override
          public LoadBalancer newLoadBalancer(LoadBalancer.Helper checked) {
            return outlierDetection.newLoadBalancer(new OwnFaultsHelper(checked));
          }
        },
        new ConnectingHelper(helper));
  }

  /** A helper in front of another one. */
  private static class Wrapping extends ForwardingLoadBalancerHelper {
    private final LoadBalancer.Helper helper;

    Wrapping(LoadBalancer.Helper helper) {
      this.helper = helper;
    }

    @Override
    protected LoadBalancer.Helper delegate() {
      return helper;
    }
  }

  /** Puts itself between outlier detection, which counts, and the calls that it counts. */
  private static final class OwnFaultsHelper extends Wrapping {
    OwnFaultsHelper(LoadBalancer.Helper helper) {
      super(helper);
    }

    @Override
    public void updateBalancingState(ConnectivityState state, SubchannelPicker counting) {
      super.updateBalancingState(
          state,
          new SubchannelPicker() {
            @Override
            public PickResult pickSubchannel(PickSubchannelArgs args) {
              return ownFaults(counting.pickSubchannel(args));
            }
          });
    }

    private static PickResult ownFaults(PickResult picked) {
      return picked.getSubchannel() == null || picked.getStreamTracerFactory() == null
          ? picked
          : picked.copyWithStreamTracerFactory(
              new OwnFaultsTracers(picked.getStreamTracerFactory()));
    }
  }

  /**
   * Keeps health checks out of the contexts of calls: one that happens to be begun by a call's
   * thread would end with that call.
   */
  private static final class ConnectingHelper extends Wrapping {
    ConnectingHelper(LoadBalancer.Helper helper) {
      super(helper);
    }

    @Override
    public Subchannel createSubchannel(CreateSubchannelArgs arguments) {
      Subchannel connection = super.createSubchannel(arguments);
      return new ForwardingSubchannel() {
        @Override
        protected Subchannel delegate() {
          return connection;
        }

        @Override
        public Channel asChannel() {
          return ClientInterceptors.intercept(
              super.asChannel(), ReplicaBalancerProvider::outsideOfCalls);
        }
      };
    }
  }

  private static <Q, R> ClientCall<Q, R> outsideOfCalls(
      MethodDescriptor<Q, R> method, CallOptions options, Channel next) {
    Context callers = Context.ROOT.attach();
    try {
      return next.newCall(method, options);
    } finally {
      Context.ROOT.detach(callers);
    }
  }
}
