package ai.laconic.encoder.cache;

import ai.laconic.cacheclient.CacheProblems;
import ai.laconic.encoder.InProcess;
import ai.laconic.servicekit.error.ProblemServerInterceptor;
import ai.laconic.servicekit.tenant.TenantResolver;
import ai.laconic.servicekit.tenant.TenantServerInterceptor;
import ai.laconic.servicekit.upstream.BreakerProperties;
import ai.laconic.servicekit.upstream.UpstreamProperties;
import io.grpc.Channel;
import io.grpc.Server;
import io.grpc.inprocess.InProcessServerBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** A {@link FakeCache} behind a real stub, over an in-process channel. */
public final class CacheServer {
  private final FakeCache cache = new FakeCache();
  private final Server server;
  private final InProcess channels = new InProcess();
  private final String name;

  /**
   * @param name of the in-process server
   */
  public CacheServer(String name) {
    this.name = name;
    this.server =
        InProcessServerBuilder.forName(name)
            .addService(cache)
            // The last interceptor sees a call first.
            .intercept(new TenantServerInterceptor(TenantResolver.trustedHeader()))
            .intercept(new ProblemServerInterceptor())
            .build();
    try {
      server.start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public FakeCache cache() {
    return cache;
  }

  /** Returns a client's view of it, with a limit on its calls. */
  public Channel channel(Duration timeout) {
    return channels
        .upstreams()
        .open(
            CacheProblems.PEER,
            new UpstreamProperties(name, timeout, timeout, BreakerProperties.DEFAULT))
        .channel();
  }

  /** Is down from now on. */
  public void stop() throws InterruptedException {
    server.shutdownNow().awaitTermination(10, TimeUnit.SECONDS);
  }

  public void close() throws InterruptedException {
    stop();
    channels.close();
  }
}
