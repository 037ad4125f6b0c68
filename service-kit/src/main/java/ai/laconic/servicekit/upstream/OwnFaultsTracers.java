package ai.laconic.servicekit.upstream;

import io.grpc.CallOptions;
import io.grpc.ClientStreamTracer;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.util.ForwardingClientStreamTracer;
import org.jspecify.annotations.Nullable;

/** Tells another tracer that a stream went well unless it failed by the replica's own fault. */
final class OwnFaultsTracers extends ClientStreamTracer.Factory {
  private final ClientStreamTracer.Factory factory;

  OwnFaultsTracers(ClientStreamTracer.Factory factory) {
    this.factory = factory;
  }

  @Override
  public ClientStreamTracer newClientStreamTracer(
      ClientStreamTracer.StreamInfo info, Metadata headers) {
    return new OwnFaultsTracer(factory.newClientStreamTracer(info, headers), info.getCallOptions());
  }

  private static final class OwnFaultsTracer extends ForwardingClientStreamTracer {
    private final ClientStreamTracer tracer;
    private final CallOptions options;
    private volatile @Nullable Metadata trailers;

    OwnFaultsTracer(ClientStreamTracer tracer, CallOptions options) {
      this.tracer = tracer;
      this.options = options;
    }

    @Override
    protected ClientStreamTracer delegate() {
      return tracer;
    }

    @Override
    public void inboundTrailers(Metadata received) {
      trailers = received;
      super.inboundTrailers(received);
    }

    @Override
    public void streamClosed(Status status) {
      super.streamClosed(OwnFault.in(status, trailers, options) ? status : Status.OK);
    }
  }
}
