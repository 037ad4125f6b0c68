package ai.laconic.decoder.cache;

import ai.laconic.servicekit.upstream.BreakerProperties;
import ai.laconic.servicekit.upstream.Upstream;
import ai.laconic.servicekit.upstream.UpstreamProperties;
import ai.laconic.servicekit.upstream.Upstreams;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import java.io.IOException;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.springframework.grpc.client.ChannelBuilderOptions;
import org.springframework.grpc.client.GrpcChannelFactory;

/** A fake cache behind real gRPC. */
public final class CacheHarness implements AutoCloseable {
  public final FakeCache cache = new FakeCache();
  private final String name = UUID.randomUUID().toString();
  private final Server server;
  private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
  private final Upstreams upstreams = new Upstreams(new InProcess(), timer);

  public CacheHarness() throws IOException {
    server = InProcessServerBuilder.forName(name).addService(cache).build().start();
  }

  private static final class InProcess implements GrpcChannelFactory {
    @Override
    public boolean supports(String target) {
      return true;
    }

    @Override
    public ManagedChannel createChannel(String target, ChannelBuilderOptions options) {
      return InProcessChannelBuilder.forName(target).build();
    }
  }

  /** Opens the cache as the decoder does. */
  public Upstream upstream(Duration idleTimeout) {
    return upstreams.open(
        "cache", new UpstreamProperties(name, idleTimeout, idleTimeout, BreakerProperties.DEFAULT));
  }

  public void stopServer() {
    server.shutdownNow();
  }

  @Override
  public void close() {
    try {
      upstreams.close();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
    server.shutdownNow();
    timer.shutdownNow();
  }
}
