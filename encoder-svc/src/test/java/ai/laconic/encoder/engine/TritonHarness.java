package ai.laconic.encoder.engine;

import ai.laconic.encoder.InProcess;
import ai.laconic.encoder.batch.WindowEncoder;
import ai.laconic.servicekit.upstream.BreakerProperties;
import ai.laconic.servicekit.upstream.Upstream;
import ai.laconic.servicekit.upstream.UpstreamProperties;
import io.grpc.Server;
import io.grpc.inprocess.InProcessServerBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** A fake Triton behind real gRPC, and engines that speak to it as an upstream. */
final class TritonHarness implements AutoCloseable {
  static final String FINGERPRINT = "0123456789abcdef";

  final FakeTriton triton;
  private final ModelShape shape;
  private final Server server;
  private final InProcess channels = new InProcess();
  private final String name = InProcessServerBuilder.generateName();

  TritonHarness(WindowEncoder encoder, ModelShape shape) {
    this.shape = shape;
    this.triton = new FakeTriton(encoder, shape, FINGERPRINT);
    this.server = InProcessServerBuilder.forName(name).addService(triton).build();
    try {
      server.start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  EncoderEngine open(Duration timeout, long maxLatentBytes) {
    TritonSettings settings = new TritonSettings(name, "lclm_encoder", "", timeout);
    Upstream upstream =
        channels
            .upstreams()
            .openForeign(
                "triton",
                new UpstreamProperties(name, timeout, timeout, BreakerProperties.DEFAULT),
                64 << 20);
    return new TritonEngine(
        upstream.channel(),
        new TritonReadiness(upstream.control(), settings, FINGERPRINT),
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
    channels.close();
    stopServer();
  }
}
