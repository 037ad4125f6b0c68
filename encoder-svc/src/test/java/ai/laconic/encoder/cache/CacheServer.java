package ai.laconic.encoder.cache;

import ai.laconic.servicekit.error.ProblemServerInterceptor;
import ai.laconic.servicekit.guard.GuardSettings;
import ai.laconic.servicekit.peer.Peer;
import ai.laconic.servicekit.peer.PeerProperties;
import ai.laconic.servicekit.tenant.TenantResolver;
import ai.laconic.servicekit.tenant.TenantServerInterceptor;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** A {@link FakeCache} behind a real stub, over an in-process channel. */
public final class CacheServer {
  private final FakeCache cache = new FakeCache();
  private final Server server;
  private final ManagedChannel channel;

  /**
   * @param name of the in-process server
   */
  public CacheServer(String name) {
    this.server =
        InProcessServerBuilder.forName(name)
            .addService(cache)
            // The last interceptor sees a call first.
            .intercept(new TenantServerInterceptor(TenantResolver.trustedHeader()))
            .intercept(new ProblemServerInterceptor())
            .build();
    this.channel = InProcessChannelBuilder.forName(name).build();
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
  public Peer peer(Duration timeout) {
    return new Peer(
        CacheProblems.PEER,
        channel,
        new PeerProperties("in-process", timeout, timeout, GuardSettings.DEFAULT));
  }

  /** Is down from now on. */
  public void stop() throws InterruptedException {
    server.shutdownNow().awaitTermination(10, TimeUnit.SECONDS);
  }

  public void close() throws InterruptedException {
    stop();
    channel.shutdownNow().awaitTermination(10, TimeUnit.SECONDS);
  }
}
