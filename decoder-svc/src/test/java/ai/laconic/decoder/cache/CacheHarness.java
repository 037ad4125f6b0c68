package ai.laconic.decoder.cache;

import ai.laconic.servicekit.guard.GuardSettings;
import ai.laconic.servicekit.peer.Peer;
import ai.laconic.servicekit.peer.PeerProperties;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import java.io.IOException;
import java.time.Duration;
import java.util.UUID;

/** A fake cache behind real gRPC. */
public final class CacheHarness implements AutoCloseable {
  public final FakeCache cache = new FakeCache();
  private final Server server;
  private final ManagedChannel channel;

  public CacheHarness() throws IOException {
    String name = UUID.randomUUID().toString();
    server = InProcessServerBuilder.forName(name).addService(cache).build().start();
    channel = InProcessChannelBuilder.forName(name).build();
  }

  public Peer peer(Duration timeout) {
    return new Peer(
        "cache", channel, new PeerProperties("unused", timeout, timeout, GuardSettings.DEFAULT));
  }

  public void stopServer() {
    server.shutdownNow();
  }

  @Override
  public void close() {
    channel.shutdownNow();
    server.shutdownNow();
  }
}
