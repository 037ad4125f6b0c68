package ai.laconic.encoder;

import ai.laconic.servicekit.upstream.Upstreams;
import io.grpc.ForwardingChannelBuilder;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.inprocess.InProcessChannelBuilder;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.springframework.grpc.client.ChannelBuilderOptions;
import org.springframework.grpc.client.GrpcChannelFactory;

/** Upstreams whose targets are in-process servers, by name. */
public final class InProcess implements AutoCloseable {
  private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
  private final Upstreams upstreams = new Upstreams(new Channels(), timer);

  public Upstreams upstreams() {
    return upstreams;
  }

  @Override
  public void close() {
    try {
      upstreams.close();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    } finally {
      timer.shutdownNow();
    }
  }

  private static final class Channels implements GrpcChannelFactory {
    @Override
    public boolean supports(String target) {
      return true;
    }

    @Override
    public ManagedChannel createChannel(String target, ChannelBuilderOptions options) {
      OneServer builder = new OneServer(InProcessChannelBuilder.forName(target));
      options.<OneServer>customizer().customize(target, builder);
      return builder.build();
    }
  }

  /** An in-process target is one server, between which and others nothing can be balanced. */
  private static final class OneServer extends ForwardingChannelBuilder<OneServer> {
    private final InProcessChannelBuilder delegate;

    OneServer(InProcessChannelBuilder delegate) {
      this.delegate = delegate;
    }

    @Override
    protected ManagedChannelBuilder<?> delegate() {
      return delegate;
    }

    @Override
    public OneServer defaultLoadBalancingPolicy(String policy) {
      return this;
    }
  }
}
