package ai.laconic.encoder.engine;

import ai.laconic.encoder.batch.WindowEncoder;
import ai.laconic.servicekit.guard.GuardSettings;
import ai.laconic.servicekit.peer.Peer;
import ai.laconic.servicekit.peer.PeerProperties;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** A fake Triton behind real gRPC, and engines that speak to it through a guarded peer. */
final class TritonHarness implements AutoCloseable {
  static final String FINGERPRINT = "0123456789abcdef";

  final FakeTriton triton;
  private final ModelShape shape;
  private final Server server;
  private final ManagedChannel channel;

  TritonHarness(WindowEncoder encoder, ModelShape shape) {
    this.shape = shape;
    this.triton = new FakeTriton(encoder, shape, FINGERPRINT);
    String name = InProcessServerBuilder.generateName();
    this.server = InProcessServerBuilder.forName(name).addService(triton).build();
    this.channel = InProcessChannelBuilder.forName(name).build();
    try {
      server.start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  EncoderEngine open(Duration timeout, long maxLatentBytes) {
    TritonSettings settings = new TritonSettings("in-process", "lclm_encoder", "", timeout);
    PeerProperties properties =
        new PeerProperties("in-process", timeout, timeout, GuardSettings.DEFAULT);
    return new TritonEngine(
        new Peer("triton", channel, properties).channel(),
        new TritonReadiness(channel, settings, FINGERPRINT),
        settings,
        new TritonRequests(settings.modelName(), settings.modelVersion(), FINGERPRINT),
        shape,
        maxLatentBytes);
  }

  void stopServer() throws InterruptedException {
    server.shutdownNow().awaitTermination(10, TimeUnit.SECONDS);
  }

  @Override
  public void close() throws InterruptedException {
    channel.shutdownNow().awaitTermination(10, TimeUnit.SECONDS);
    stopServer();
  }
}
